import { describe, expect, test } from "vitest";
import { conditionTypes } from "../../src/correlation/condition-types.ts";
import { formatFault } from "../../src/errors.ts";
import { checkRules } from "../../src/rules/load-rules.ts";
import { ruleChanges } from "../../src/rules/rule-changes.ts";
import { windowName } from "../../src/rules/rule-set.ts";
import { atLeast, rulesOf } from "../correlation/support.ts";
import { alertsOf, at, check, correlation, detection, faultsOf } from "./sigma/support.ts";

const live = atLeast(3, "10s", { id: "many" });
const shadow = atLeast(2, "10s", { id: "many", mode: "shadow" });

describe("A rule in shadow mode", () => {
  test("stands beside the live rule of the same id, with windows of its own", () => {
    const { rules } = rulesOf(live, { ...live, mode: "shadow" });
    expect(rules.map(({ id, mode }) => [id, mode])).toEqual([
      ["many", "live"],
      ["many", "shadow"],
    ]);
    expect(new Set(rules.map(windowName)).size).toBe(2);
  });

  test("stands there once", () => {
    const texts = [shadow, { ...shadow, window: "5s" }].map((document, index) => ({
      file: `r${index}.yml`,
      text: JSON.stringify(document),
    }));
    expect(checkRules(texts, { conditionTypes }).faults.map(formatFault)).toEqual([
      'r1.yml:1:1 duplicate-id id: "many@shadow" is taken by the rule at r0.yml:1',
    ]);
  });

  test("is read by no other rule, even one that reads the live rule of its id", () => {
    const reader = {
      id: "reader",
      window: "1m",
      conditions: [{ type: "event_sequence", sequence: ["alert.many"] }],
    };
    const { rules, chains } = rulesOf(shadow, live, reader);
    expect(rules.map((rule) => chains.readersOf(rule).length)).toEqual([0, 1, 0]);
  });

  test("says what it finds where the live rule would only emit", () => {
    const [rule] = rulesOf({ ...shadow, actions: [{ emit: { type: "flood" } }] }).rules;
    expect(rule).toMatchObject({ alerts: true, emits: [] });
  });

  test("is told apart from the live rule when rules change", () => {
    expect(ruleChanges(rulesOf(live), rulesOf(live, shadow))).toEqual({
      added: ["many@shadow"],
      removed: [],
      renewed: [],
      reworded: [],
    });
    expect(ruleChanges(rulesOf(live, shadow), rulesOf({ ...shadow, mode: "live" }))).toMatchObject({
      removed: ["many@shadow"],
      renewed: ["many"],
    });
  });

  test("is refused in any other mode", () => {
    const text = JSON.stringify({ ...live, mode: "test" });
    expect(checkRules([{ file: "r.yml", text }], { conditionTypes }).faults).toHaveLength(1);
  });
});

describe("Sigma in shadow mode", () => {
  const inShadow = "mode: shadow";
  const modesOf = (text: string) => check(text).rules.map(({ id, mode }) => `${id} ${mode}`);

  test("a detection is an alert of its own, whatever live correlation refers to it", () => {
    const outer = correlation("{ type: event_count, rules: [a], timespan: 10s, condition: { gte: 2 } }");
    const text = outer + detection("a", "{ k: a }") + detection("a", "{ k: [a, b] }", inShadow);
    expect(modesOf(text)).toEqual(["outer live", "a shadow"]);
    expect(alertsOf(text, [at(1, { k: "b" }), at(2, { k: "a" })])).toEqual(["1 a [e1]", "2 a [e2]"]);
  });

  test("a correlation reads the live rules it refers to, and those in shadow mode first", () => {
    const outer = (more: string, least: number) =>
      correlation(`{ type: event_count, rules: [a, b], timespan: 10s, condition: { gte: ${least} } }`, more);
    const text =
      outer("", 3) +
      outer(inShadow, 2) +
      detection("a", "{ k: a }") +
      detection("b", "{ k: b }") +
      detection("b", "{ k: c }", inShadow);
    expect(modesOf(text)).toEqual(["outer live", "outer shadow"]);
    expect(alertsOf(text, [at(1, { k: "a" }), at(2, { k: "c" })])).toEqual(["2 outer [e1 e2]"]);
    expect(alertsOf(text, [at(1, { k: "a" }), at(2, { k: "b" })])).toEqual([]);
  });

  test("is refused for what raises nothing, and in any other mode", () => {
    expect(faultsOf(detection("a", "{ k: a }", "mode: quiet"))).toEqual([
      expect.stringContaining('one of live, shadow: found "quiet"'),
    ]);
    const filter =
      "title: f\nmode: shadow\nlogsource: { product: test }\nfilter: { rules: any, selection: { k: x }, condition: not selection }\n---\n";
    expect(faultsOf(filter + detection("a", "{ k: a }"))).toEqual([
      expect.stringContaining("shadow is for rules and correlations"),
    ]);
  });
});
