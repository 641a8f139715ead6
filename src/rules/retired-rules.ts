/**
 * Rules that are in force no longer but may have alerts open: those are closed under the words of the rule that opened
 * them. What is known of them goes from each rule set to the one that takes its place, and so lives as long as the
 * process.
 */
import type { RuleSet } from "./rule-set.ts";

/** Milliseconds of the clock that a rule is known beyond its retention once it has gone: what waits longer is given up. */
const knownMs = 86_400_000;

/** `after` as it takes the place of `before`, with the rules that go. `now`: epoch milliseconds. */
export function retire(before: RuleSet, after: RuleSet, now: number): RuleSet {
  const retired = new Map(before.retired);
  for (const [name, rule] of before.byWindowName) {
    if (!retired.has(name)) retired.set(name, { rule, until: now + rule.retention + knownMs });
  }
  for (const [name, { until }] of retired) {
    if (after.byWindowName.has(name) || until < now) retired.delete(name);
  }
  return { ...after, retired };
}
