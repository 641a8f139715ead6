/** What differs between two rule sets, by name: the id, `<id>@shadow` in shadow mode. */
import type { Rule } from "./rule.ts";
import type { RuleSet } from "./rule-set.ts";
import { ruleName } from "./shadow.ts";

export interface RuleChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** What decides is another: their windows begin anew. */
  readonly renewed: readonly string[];
  /** Only what is said of a match is another (severity, tags, actions …): their windows go on. */
  readonly reworded: readonly string[];
}

export function ruleChanges(before: RuleSet, after: RuleSet): RuleChanges {
  const old = new Map(before.rules.map((rule) => [ruleName(rule), rule]));
  const now = new Map(after.rules.map((rule) => [ruleName(rule), rule]));
  const kept = after.rules.flatMap((rule): readonly (readonly [Rule, Rule])[] => {
    const earlier = old.get(ruleName(rule));
    return earlier === undefined ? [] : [[earlier, rule]];
  });
  const ids = (pairs: typeof kept): readonly string[] => pairs.map(([, rule]) => ruleName(rule));
  return {
    added: [...now.keys()].filter((id) => !old.has(id)),
    removed: [...old.keys()].filter((id) => !now.has(id)),
    renewed: ids(kept.filter(([a, b]) => a.decides !== b.decides)),
    reworded: ids(kept.filter(([a, b]) => a.decides === b.decides && a.version !== b.version)),
  };
}
