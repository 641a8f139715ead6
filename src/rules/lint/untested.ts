/** A rule that no test of its file sees fire, or that none sees stay silent. */
import type { Rule } from "../rule.ts";
import type { RuleTest } from "../rule-test.ts";
import type { Lint } from "./lint.ts";

export const untested: Lint = {
  code: "untested",
  summary: "A rule has no test in which it fires, or none in which it stays silent.",
  check({ rule, together, tests }, report) {
    if (!rule.alerts || !rule.enabled) return;
    const mayMean = ({ rule: wanted }: RuleTest["expect"][number]): boolean =>
      wanted === undefined || [rule.id, rule.name, ...(rule.knownAs ?? [])].includes(wanted);
    const surelyMeans = (entry: RuleTest["expect"][number]): boolean =>
      mayMean(entry) && (entry.rule !== undefined || others(together).length <= 1);
    const fires = tests.some(({ expect }) => expect.some(mayMean));
    const silent = tests.some(({ expect }) => !expect.some(surelyMeans));
    const missing = [
      ...(fires ? [] : ["no test in which it fires"]),
      ...(silent ? [] : ["no test in which it stays silent"]),
    ];
    if (missing.length > 0) report(["id"], `"${rule.id}" has ${missing.join(" and ")}`);
  },
};

/** Rules of the file that an expectation without `rule` may mean. */
function others(together: readonly Rule[]): readonly Rule[] {
  return together.filter(({ alerts }) => alerts);
}
