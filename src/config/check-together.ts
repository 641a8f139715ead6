/** What must hold between settings. A check whose settings are not all there (one was refused) is left out. */
import { checkAccess } from "./check-access.ts";
import { formatDuration } from "./duration.ts";
import { faultText } from "./reading.ts";
import type { ResolvedSetting } from "./setting.ts";

type Resolved = ReadonlyMap<string, ResolvedSetting>;

const longestTopic = 249;

/** One line for every fault. */
export function checkTogether(resolved: Resolved): readonly string[] {
  return [
    ...heartbeatFits(resolved),
    ...distinct(resolved, "topics."),
    ...distinct(resolved, "groups."),
    ...topicsFit(resolved),
    ...checkAccess(resolved),
  ];
}

/** Two missed beats must not cost the session. */
function heartbeatFits(resolved: Resolved): readonly string[] {
  const heartbeat = resolved.get("heartbeat_interval");
  const session = resolved.get("session_timeout");
  if (heartbeat === undefined || session === undefined) return [];
  const most = Math.floor((session.value as number) / 3);
  if ((heartbeat.value as number) <= most) return [];
  const must = `must be at most a third of session_timeout (${formatDuration(session.value as number)} from ${session.origin})`;
  return [faultText("heartbeat_interval", heartbeat.origin, must, formatDuration(heartbeat.value as number))];
}

/** A topic that is both read and written by the same role would feed itself. */
function distinct(resolved: Resolved, section: string): readonly string[] {
  const first = new Map<unknown, string>();
  const faults: string[] = [];
  for (const [path, { value, origin }] of resolved) {
    if (!path.startsWith(section)) continue;
    const other = first.get(value);
    if (other !== undefined) faults.push(faultText(path, origin, `must differ from ${other}`, String(value)));
    else first.set(value, path);
  }
  return faults;
}

function topicsFit(resolved: Resolved): readonly string[] {
  const prefix = resolved.get("prefix");
  if (prefix === undefined) return [];
  const before = prefix.value as string;
  return [...resolved]
    .filter(([path, { value }]) => path.startsWith("topics.") && (before + value).length > longestTopic)
    .map(([path, { value, origin }]) =>
      faultText(path, origin, `must be at most ${longestTopic} characters with prefix`, before + value),
    );
}
