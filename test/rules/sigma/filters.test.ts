import { describe, expect, test } from "vitest";
import { alertsOf, at, check, correlation, detection, faultsOf } from "./support.ts";

const a = detection("a", "{ k: a }");
const b = detection("b", "{ k: b }");

function filter(body: string, logsource = "{ product: test }"): string {
  return `title: Known\nlogsource: ${logsource}\nfilter: ${body}\n---\n`;
}

const events = [
  at(1, { k: "a", user: "build" }),
  at(2, { k: "a", user: "ann" }),
  at(3, { k: "b", user: "build" }),
];

describe("Filters", () => {
  test("a condition that begins with not stays as it is", () => {
    const text = filter("{ rules: [a], s: { user: build }, condition: not s }") + a + b;
    expect(alertsOf(text, events)).toEqual(["2 a [e2]", "3 b [e3]"]);
    expect(check(text).warnings).toEqual([]);
  });

  test("any other says what to leave out, with a warning", () => {
    const text = filter("{ rules: [a], s: { user: build }, condition: s }") + a;
    expect(alertsOf(text, events)).toEqual(["2 a [e2]"]);
    expect(check(text).warnings).toMatchObject([{ code: "filter-without-not", line: 3 }]);
  });

  test("any applies to all rules of the log source, several filters apply together", () => {
    const text =
      filter("{ rules: any, s: { user: build }, condition: not s }") +
      filter("{ rules: [any], s: { user: ann }, condition: not 1 of * }") +
      a +
      b;
    expect(alertsOf(text, [...events, at(4, { k: "b" })])).toEqual(["4 b [e4]"]);
  });

  test("each key of its log source must be the rule's", () => {
    const body = "{ rules: any, s: { user: build }, condition: not s }";
    for (const logsource of ["{}", "{ product: test, definition: prose }"]) {
      expect(alertsOf(filter(body, logsource) + b, events)).toEqual([]);
    }
    for (const logsource of ["{ product: other }", "{ product: test, service: x }"]) {
      expect(alertsOf(filter(body, logsource) + b, events)).toEqual(["3 b [e3]"]);
    }
  });

  test("a rule is filtered wherever it is referred to; a correlation is not filtered", () => {
    const counted = correlation("{ type: event_count, rules: [a], timespan: 9s, condition: { gte: 1 } }");
    expect(
      alertsOf(filter("{ rules: [a], s: { user: build }, condition: not s }") + counted + a, events),
    ).toEqual(["2 outer [e2]"]);
    expect(
      faultsOf(filter("{ rules: [outer], s: { user: build }, condition: not s }") + counted + a),
    ).toEqual([
      expect.stringMatching(
        /^3:\d+ unknown-rule filter\.rules\.0: "outer" is the id or name of no detection rule/,
      ),
    ]);
  });

  test("what is wrong in it is said once, where it stands", () => {
    const text = filter("{ rules: any, s: { 'user|is': x }, condition: not s }") + a;
    expect(faultsOf(text)).toEqual([expect.stringMatching(/^3:\d+ unknown-modifier filter\.s\.user\|is: /)]);
    expect(faultsOf(text + b)).toHaveLength(1);
    expect(
      faultsOf(text.replace("rules: any", "rules: [a]").replace("product: test", "product: none")),
    ).toHaveLength(1);
  });

  test("changes what the rule decides", () => {
    const filtered = check(filter("{ rules: [a], s: { user: x }, condition: not s }") + a).rules[0]!;
    expect(filtered.decides).not.toBe(check(a).rules[0]!.decides);
  });
});
