/** When a group must be looked at again: what waits for the watermark to pass it. */
import { firstOpening } from "./deadline.ts";
import type { GroupWindow } from "./group-window.ts";
import { delayOf, type JudgeSettings } from "./judge-settings.ts";

/** How long the age of a silent group is remembered, at least, by rules that ask for it: seven days. */
const historyKept = 7 * 86_400_000;

/** When the group must be looked at again, and when nothing of it can matter any more. */
export function schedule(group: GroupWindow, settings: JudgeSettings): void {
  const { rule, episodes } = group;
  const delay = delayOf(rule, settings);
  let deadline = Number.POSITIVE_INFINITY;
  for (const { lastSeen } of episodes) deadline = Math.min(deadline, lastSeen + rule.window);
  const pending = nextDecision(group);
  if (pending !== undefined) deadline = Math.min(deadline, pending);
  group.deadline = deadline === Number.POSITIVE_INFINITY ? null : deadline + delay;
  let last = Math.max(
    group.newest ?? Number.NEGATIVE_INFINITY,
    // A closed alert is remembered for as long as a late event could open it again.
    group.closedUntil ?? Number.NEGATIVE_INFINITY,
    (rule.judged === "each" ? pending : undefined) ?? Number.NEGATIVE_INFINITY,
    (rule.wantsHistory ? group.decided : null) ?? Number.NEGATIVE_INFINITY,
  );
  for (const { lastSeen } of episodes) last = Math.max(last, lastSeen);
  const remembered = rule.wantsHistory ? Math.max(rule.retention, historyKept) : rule.retention;
  group.expiry = last === Number.NEGATIVE_INFINITY ? null : last + remembered + delay;
}

/** The earliest time that waits for the watermark to pass it. */
function nextDecision(group: GroupWindow): number | undefined {
  switch (group.rule.judged) {
    case "eager":
      return undefined;
    case "settled":
      return group.nextTime(group.decided ?? Number.NEGATIVE_INFINITY);
    case "deadline":
      return firstOpening(group)?.deadline;
    case "each":
      return group.decided === null ? undefined : group.decided + group.rule.window;
  }
}
