/** The demo against a running installation: the story goes in at the raw topic, its alerts are awaited. */
import { randomBytes } from "node:crypto";
import { planActions } from "../actions/plan-actions.ts";
import type { Alert } from "../alerts/alert.ts";
import { playLive } from "../app/demo-live.ts";
import { playOptions } from "../app/demo-options.ts";
import { expectedAlerts } from "../app/demo-play.ts";
import { retell } from "../app/demo-retell.ts";
import { readStory } from "../app/demo-story.ts";
import { codecsOf, openLog, topicNames } from "../app/ports.ts";
import { reachLog } from "../app/reach-log.ts";
import { rightsOf } from "../app/rights.ts";
import { systemClock } from "../clock.ts";
import type { Config } from "../config/settings.ts";
import { formatDuration } from "../events/duration.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import { alertBlock, alertName, painter } from "./demo-lines.ts";
import { type Output, painted } from "./output.ts";

/** True when every expected alert has come. Throws ConfigError, RuleError, TransientError. */
export async function demoLive(config: Config, output: Output, timeoutMs: number): Promise<boolean> {
  const paint = painter(output.colour);
  const say = painted(output);
  const options = playOptions(config);
  const topics = topicNames(config);
  const log = openLog(config, null);
  try {
    await reachLog(log, rightsOf(config, "demo --live"));
    const codecs = await codecsOf(config);
    const story = await retell(await readStory(), {
      end: systemClock.now(),
      lateness: config.allowedLatenessMs,
      run: randomBytes(4).toString("hex"),
    });
    const expected = expectedAlerts(story, options);
    const waiting = `waiting for ${expected.size} alerts in ${topics.alerts}`;
    const missing = await playLive(story, {
      log,
      clock: systemClock,
      topics,
      decode: codecs.alert.decode,
      expected,
      timeoutMs,
      onSent: () => output.note(`${story.length} records sent to ${topics.raw}, ${waiting}`),
      onAlert: (alert) => say(alertBlock(alert, plannedFor(alert, options), paint)),
    });
    for (const alert of missing)
      output.result(`missing after ${formatDuration(timeoutMs)}: ${alertName(alert)}`);
    const came = expected.size - missing.length;
    say(paint("bold", `${came} of ${expected.size} expected alerts came`));
    if (missing.length > 0) output.note("Is corral run up, with this configuration and these rules?");
    return missing.length === 0;
  } finally {
    await log.close();
  }
}

/** An alert names its actions by id only; the rule tells what they are. */
function plannedFor(
  alert: Alert,
  { rules, actions }: { readonly rules: RuleSet; readonly actions: Parameters<typeof planActions>[2] },
): ReturnType<typeof planActions> {
  const rule = rules.rules.find(({ id }) => id === alert.rule.id);
  return rule === undefined ? [] : planActions(rule, alert, actions);
}
