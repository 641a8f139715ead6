/** A rule that no test of its file sees fire, or that none sees stay silent. */
import type { Rule } from "../rule.ts";
import type { RuleTest } from "../rule-test.ts";
import type { Lint, Suite } from "./lint.ts";

export const untested: Lint = {
  code: "untested",
  summary: "A rule has no test in which it fires, or none in which it stays silent.",
  check({ rule, suites }, report) {
    if (!rule.alerts || !rule.enabled) return;
    const mayMean = ({ rule: wanted }: Expected): boolean =>
      wanted === undefined || [rule.id, rule.name, ...(rule.knownAs ?? [])].includes(wanted);
    const surelyMeans = (entry: Expected, { rules }: Suite): boolean =>
      mayMean(entry) && (entry.rule !== undefined || alerting(rules).length <= 1);
    const fires = suites.some(({ tests }) => tests.some(({ expect }) => expect.some(mayMean)));
    const silent = suites.some((suite) =>
      suite.tests.some(({ expect }) => !expect.some((entry) => surelyMeans(entry, suite))),
    );
    const missing = [
      ...(fires ? [] : ["no test in which it fires"]),
      ...(silent ? [] : ["no test in which it stays silent"]),
    ];
    if (missing.length > 0) report(["id"], `"${rule.id}" has ${missing.join(" and ")}`);
  },
};

type Expected = RuleTest["expect"][number];

/** Rules that an expectation without `rule` may mean. */
function alerting(rules: readonly Rule[]): readonly Rule[] {
  return rules.filter(({ alerts }) => alerts);
}
