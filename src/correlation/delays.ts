/**
 * How far behind event time a rule may decide, so that nothing it has decided can still change.
 *
 * A rule over events of sensors waits for their lateness. An alert that another rule reads lasts, and that it lasted
 * over an instant is known only when its next satisfied time comes: at most the producer's window later, and where the
 * reader groups by something else, when its next record comes, at most an update interval after that. So a reader waits
 * for all of that on top of what the producer waits for; until then it keeps the events that the instant may still meet.
 * That delays what it decides behind the watermark (closing, settled terms, deadlines), never what it says at once.
 *
 * Worked example: the producer has a window of 60s, the lateness is 30s. Satisfied at 0 and 55, its alert covers 10; the
 * reader learns so at 55 at the earliest and, since an event of 55 may come when event time is at 85, at 85 at the latest.
 */
import { sameGroups } from "../rules/chains.ts";
import type { Rule } from "../rules/rule.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import { type JudgeSettings, latenessOf } from "./judge-settings.ts";

/** By rule, milliseconds; rules that read no other rule are left out: they wait for their lateness. */
export function delaysOf(
  { rules, chains }: Pick<RuleSet, "rules" | "chains">,
  settings: JudgeSettings,
): ReadonlyMap<Rule, number> {
  const delays = new Map<Rule, number>();
  if (chains.levels === 1) return delays;
  const producers = rules
    .filter((rule) => chains.readersOf(rule).length > 0)
    .sort((a, b) => chains.levelOf(a) - chains.levelOf(b));
  for (const producer of producers) {
    const known = (delays.get(producer) ?? latenessOf(producer, settings)) + producer.window;
    for (const reader of chains.readersOf(producer)) {
      const told = sameGroups(reader, producer) ? known : known + settings.updateInterval;
      delays.set(reader, Math.max(delays.get(reader) ?? latenessOf(reader, settings), told));
    }
  }
  return delays;
}
