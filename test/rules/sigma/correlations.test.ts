import { describe, expect, test } from "vitest";
import { PartitionJudge } from "../../../src/correlation/partition-judge.ts";
import { decodeGroupKey } from "../../../src/events/decode-group-key.ts";
import { chainsOf } from "../../../src/rules/chains.ts";
import { route } from "../../../src/rules/routing.ts";
import { ruleSet } from "../../../src/rules/rule-set.ts";
import { settings } from "../../correlation/support.ts";
import { alertsOf, at, check, correlation, detection, faultsOf } from "./support.ts";

const a = detection("a", "{ k: a }");
const b = detection("b", "{ k: b }");
const c = detection("c", "{ k: c }");

describe("Counting", () => {
  test("an event that matches two listed rules counts once", () => {
    const text =
      correlation("{ type: event_count, rules: [a, wide], timespan: 10s, condition: { gte: 2 } }") +
      a +
      detection("wide", "{ k: [a, b] }");
    expect(alertsOf(text, [at(1, { k: "a" })])).toEqual([]);
    expect(alertsOf(text, [at(1, { k: "a" }), at(2, { k: "b" })])).toEqual(["2 outer [e1 e2]"]);
  });

  test("a range has two operators, and is decided at its deadline", () => {
    const text =
      correlation("{ type: event_count, rules: [a], timespan: 10s, condition: { gt: 1, lte: 2 } }") + a;
    const events = [1, 2, 3].map((second) => at(second, { k: "a" }));
    expect(alertsOf(text, events.slice(0, 1))).toEqual([]);
    expect(alertsOf(text, events.slice(0, 2))).toEqual(["11 outer [e1 e2]"]);
    expect(alertsOf(text, events)).toEqual([]);
  });

  test("value_count takes tuples of fields", () => {
    const text =
      correlation("{ type: value_count, rules: [a], timespan: 10s, condition: { field: [x, y], gte: 2 } }") +
      a;
    const events = [at(1, { k: "a", x: 1, y: 1 }), at(2, { k: "a", x: 1 }), at(3, { k: "a", x: 1, y: 2 })];
    expect(alertsOf(text, events)).toEqual(["3 outer [e1 e3]"]);
  });

  test.each([
    ["value_sum", "gte: 9", 3],
    ["value_avg", "gte: 3", 3],
    ["value_median", "gte: 1.5", 2],
    ["value_percentile", "gte: 1.5", 2],
    ["value_percentile", "percentile: 100, gte: 6", 3],
  ])("%s with { %s } holds at %i", (type, condition, second) => {
    const text =
      correlation(`{ type: ${type}, rules: [a], timespan: 10s, condition: { field: n, ${condition} } }`) + a;
    const events = [1, 2, 6].map((n, index) => at(index + 1, { k: "a", n }));
    const [alert] = alertsOf(text, [...events, at(4, { k: "a" })]);
    expect(alert).toMatch(new RegExp(`^${second} outer `));
  });

  test("equality is a deadline", () => {
    const text = correlation("{ type: event_count, rules: [a], timespan: 5s, condition: { eq: 1 } }") + a;
    expect(alertsOf(text, [at(1, { k: "a" })])).toEqual(["6 outer [e1]"]);
  });
});

describe("Temporal", () => {
  test("a number counts distinct rules, of which an event may meet several", () => {
    const text =
      correlation("{ type: temporal, rules: [a, b, c], timespan: 10s, condition: { gte: 2 } }") + a + b + c;
    expect(alertsOf(text, [at(1, { k: "a" }), at(2, { k: "a" })])).toEqual([]);
    expect(alertsOf(text, [at(1, { k: "a" }), at(2, { k: "c" })])).toEqual(["2 outer [e1 e2]"]);
    expect(alertsOf(text, [at(1, { k: ["a", "b"] })])).toEqual(["1 outer [e1]"]);
  });

  test("a string condition names rules by id or name, in any case of and, or, not", () => {
    const withId = detection("b", "{ k: b }", "id: 00000000-bbbb-4000-8000-000000000001");
    const text =
      correlation(
        "{ type: temporal, rules: [a, b, c], timespan: 10s, condition: a AND (00000000-bbbb-4000-8000-000000000001 or c) }",
      ) +
      a +
      withId +
      c;
    expect(alertsOf(text, [at(1, { k: "a" }), at(2, { k: "c" })])).toEqual(["2 outer [e1 e2]"]);
    expect(alertsOf(text, [at(1, { k: "b" }), at(2, { k: "c" })])).toEqual([]);
  });

  test("without a group one rule twice in a sequence wants two events", () => {
    const text = correlation("{ type: temporal_ordered, rules: [a, a, b], timespan: 10s }") + a + b;
    expect(alertsOf(text, [at(1, { k: "a" }), at(2, { k: "b" })])).toEqual([]);
    expect(alertsOf(text, [at(1, { k: "a" }), at(2, { k: "a" }), at(3, { k: "b" })])).toEqual([
      "3 outer [e1 e2 e3]",
    ]);
  });

  test("a condition of temporal_ordered may say what goes without saying", () => {
    for (const condition of ["a and b", "{ gte: 2 }", "{ gt: 1 }", "{ eq: 2 }"]) {
      const text =
        correlation(`{ type: temporal_ordered, rules: [a, b], timespan: 10s, condition: ${condition} }`) +
        a +
        b;
      expect(faultsOf(text)).toEqual([]);
    }
    for (const condition of ["a or b", "{ gte: 1 }", "not a", "{ gte: 2, lte: 2 }"]) {
      const text =
        correlation(`{ type: temporal_ordered, rules: [a, b], timespan: 10s, condition: ${condition} }`) +
        a +
        b;
      expect(faultsOf(text)).toEqual([
        expect.stringMatching(/^3:\d+ bad-condition correlation\.condition: temporal_ordered wants all/),
      ]);
    }
  });
});

describe("Groups", () => {
  test("names are field paths, never dimension words", () => {
    const text =
      correlation(
        "{ type: event_count, rules: [a], group-by: [container, user], timespan: 9s, condition: { gte: 2 } }",
      ) + a;
    const container_id = "c1";
    expect(
      alertsOf(
        text,
        [1, 2].map((second) => at(second, { k: "a", user: "ann" }, { container_id })),
      ),
    ).toEqual([]);
    const events = [1, 2].map((second) =>
      at(second, { k: "a", container: "web", user: "ann" }, { container_id: `c${second}` }),
    );
    expect(alertsOf(text, events)).toEqual(['2 outer {"container":"web","user":"ann"} [e1 e2]']);
  });

  const swapped =
    correlation(
      "{ type: temporal, rules: [a, b], group-by: [ip], timespan: 10s, aliases: { ip: { a: src, b: dst } } }",
    ) +
    a +
    detection("b", "{ k: [b, a] }");

  test("aliases name a field for each rule", () => {
    const events = [at(1, { k: "a", src: "1", dst: "9" }), at(2, { k: "b", src: "9", dst: "1" })];
    expect(alertsOf(swapped, events)).toEqual(['2 outer {"ip":"1"} [e1 e2]']);
  });

  test("an event that two rules put in different groups is in each only what that rule sees", () => {
    const both = at(1, { k: "a", src: "1", dst: "2" });
    expect(alertsOf(swapped, [both])).toEqual([]);
    expect(alertsOf(swapped, [both, at(2, { k: "b", dst: "1" })])).toEqual(['2 outer {"ip":"1"} [e1 e2]']);
    expect(alertsOf(swapped, [both, at(2, { k: "a", src: "2", dst: "3" })])).toEqual([
      '2 outer {"ip":"2"} [e1 e2]',
    ]);
    expect(alertsOf(swapped, [at(1, { k: "a", src: "1", dst: "1" })])).toEqual(['1 outer {"ip":"1"} [e1]']);
  });

  test("such an event is written under each of its groups, and judged under each in its own", () => {
    const rules = ruleSet(check(swapped).rules);
    const event = at(1, { k: "a", src: "1", dst: "2" });
    expect(route(rules, event).routes.map(({ key }) => key)).toEqual(["event=e1", "ip=1", "ip=2"]);
    const judge = new PartitionJudge(rules, settings);
    const valuesUnder = (key: string) =>
      judge.touches(event, key).map(({ group, marks }) => [decodeGroupKey(group), marks]);
    expect(valuesUnder("event=e1")).toEqual([]);
    expect(valuesUnder("ip=1")).toEqual([[{ ip: "1" }, [1, null]]]);
    expect(valuesUnder("ip=2")).toEqual([[{ ip: "2" }, [null, 1]]]);
  });

  test("a rule that an alias leaves out has the field under the alias", () => {
    const text =
      correlation(
        "{ type: temporal, rules: [a, b], group-by: [ip], timespan: 10s, aliases: { ip: { a: src } } }",
      ) +
      a +
      b;
    expect(alertsOf(text, [at(1, { k: "a", src: "1" }), at(2, { k: "b", ip: "1" })])).toEqual([
      '2 outer {"ip":"1"} [e1 e2]',
    ]);
  });

  test("a correlation and a native rule over fields of one name keep apart", () => {
    const native = `id: native\nwindow: 10s\ngroup_by: user\nconditions: [{ type: event_count, where: { k: a }, threshold: 2 }]\n---\n`;
    const text =
      native +
      correlation(
        "{ type: event_count, rules: [a], group-by: [user], timespan: 10s, condition: { gte: 2 } }",
      ) +
      a;
    const events = [1, 2].map((second) => at(second, { k: "a" }, { enrichment: { user: "ann" } }));
    expect(alertsOf(text, events)).toEqual([
      '2 native {"user":"ann"} [e1 e2]',
      '2 outer {"user":"ann"} [e1 e2]',
    ]);
    expect(route(ruleSet(check(text).rules), events[0]!).routes.map(({ key }) => key)).toEqual([
      "user=ann",
      "%75ser=ann",
    ]);
  });
});

describe("What raises alerts", () => {
  const counted = "{ type: event_count, rules: [a], timespan: 10s, condition: { gte: 2 } }";
  const events = [at(1, { k: "a" }), at(2, { k: "a" })];

  test("a rule that is only referred to is silent", () => {
    expect(alertsOf(correlation(counted) + a, events)).toEqual(["2 outer [e1 e2]"]);
  });

  test.each([
    ["at the root", correlation(counted, "generate: true") + a],
    ["inside the correlation", correlation(counted.replace("{", "{ generate: true,")) + a],
    ["of the rule itself", correlation(counted) + detection("a", "{ k: a }", "generate: true")],
  ])("unless generate is set %s", (_where, text) => {
    expect(alertsOf(text, events)).toEqual(["1 a [e1]", "2 a [e2]", "2 outer [e1 e2]"]);
  });
});

describe("Chains", () => {
  const inner = (more: string) =>
    correlation(
      "{ type: event_count, rules: [a], group-by: [host], timespan: 10s, condition: { gte: 2 } }",
      more,
    )
      .replaceAll("outer", "inner")
      .replace("Outer", "Inner");
  const outer = correlation("{ type: temporal_ordered, rules: [inner, b], group-by: [host], timespan: 1m }");
  const events = [
    at(1, { k: "a", host: "h" }),
    at(2, { k: "a", host: "h" }),
    at(3, { k: "b", host: "other" }),
    at(4, { k: "b", host: "h" }),
  ];

  test("a correlation reads the alerts of another, whose group fields it finds there", () => {
    const told = alertsOf(outer + inner("") + a + b, events);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^4 outer \{"host":"h"\} /);
  });

  test("of which it is asked, what it reads raises alerts too", () => {
    const asked = outer.replace("name: outer", "name: outer\ngenerate: true");
    expect(alertsOf(asked + inner("") + a + b, events)).toEqual([
      '2 inner {"host":"h"} [e1 e2]',
      "3 b [e3]",
      "4 b [e4]",
      expect.stringMatching(/^4 outer \{"host":"h"\} /),
    ]);
  });

  test("ids with dashes do as well as names", () => {
    const id = "00000000-cccc-4000-8000-000000000001";
    const text = outer.replace("[inner, b]", `[${id}, b]`) + inner(`id: ${id}`) + a + b;
    expect(alertsOf(text, events)).toHaveLength(1);
  });

  test("group fields that are dimension words elsewhere are found too", () => {
    const text = (outer + inner("") + a + b).replaceAll("group-by: [host]", "group-by: [pod]");
    const renamed = events.map((event) => ({
      ...event,
      details: { k: event.details.k!, pod: event.details.host! },
    }));
    expect(alertsOf(text, renamed)).toEqual([expect.stringMatching(/^4 outer \{"pod":"h"\} /)]);
  });

  test("alerts are no events of a log source", () => {
    const ruled = detection("ruled", "{ 'rule|exists': true }");
    const text =
      correlation("{ type: temporal, rules: [inner, ruled], group-by: [host], timespan: 1m }") +
      inner("") +
      a +
      ruled;
    expect(alertsOf(text, events)).toEqual([]);
    expect(alertsOf(text, [...events, at(5, { rule: "r", host: "h" })])).toHaveLength(1);
  });

  test("of one group they are judged in one partition, of another they are told apart", () => {
    const across = (text: string) => chainsOf(check(text + a + b).rules).acrossGroups;
    expect(across(outer + inner(""))).toBe(false);
    expect(across(outer.replace("[host]", "[user]") + inner(""))).toBe(true);
    const native =
      "id: n\nwindow: 1m\ngroup_by: []\nconditions: [{ type: event_count, where: { type: alert.a } }]\n---\n";
    expect(across(native)).toBe(true);
  });

  test("a native rule reads alerts of a detection", () => {
    const native =
      "id: n\nwindow: 1m\ngroup_by: []\nconditions: [{ type: event_count, where: { type: alert.a }, threshold: 2 }]\n---\n";
    const told = alertsOf(native + a, events);
    expect(told.slice(0, 2)).toEqual(["1 a [e1]", "2 a [e2]"]);
    expect(told[2]).toMatch(/^2 n \[\w{32} \w{32}\]$/);
  });

  test("circles are refused where they close", () => {
    const text =
      outer.replace("[inner, b]", "[inner]") +
      correlation("{ type: temporal, rules: [outer], timespan: 10s }").replace("name: outer", "name: inner");
    expect(faultsOf(text)).toEqual([
      expect.stringMatching(/^3:\d+ cycle correlation\.rules\.0: "inner" refers back/),
      expect.stringMatching(/^8:\d+ cycle correlation\.rules\.0: "outer" refers back/),
    ]);
    expect(faultsOf(correlation("{ type: temporal, rules: [outer], timespan: 10s }"))).toHaveLength(1);
  });
});

describe("Refused correlations", () => {
  test.each([
    [
      "{ type: event_count, rules: [x], timespan: 5m, condition: { gte: 1 } }",
      'unknown-rule correlation.rules.0: "x" is',
    ],
    [
      "{ type: event_count, rules: [a], timespan: 5m }",
      "bad-condition correlation.condition: event_count needs a condition",
    ],
    [
      "{ type: event_count, rules: [a], timespan: 5m, condition: { gte: 1, lte: 2, gt: 0 } }",
      "bad-condition correlation.condition: a condition has one operator",
    ],
    [
      "{ type: event_count, rules: [a], timespan: 5m, condition: {} }",
      "bad-condition correlation.condition: a condition has one",
    ],
    [
      "{ type: event_count, rules: [a], timespan: 5m, condition: a }",
      "bad-condition correlation.condition: event_count compares a number",
    ],
    [
      "{ type: event_count, rules: [a], timespan: 5m, condition: { field: f, gte: 1 } }",
      "bad-condition correlation.condition: event_count counts no field",
    ],
    [
      "{ type: event_count, rules: [a], timespan: 5m, condition: { gte: 1.5 } }",
      "bad-value correlation.condition:",
    ],
    [
      "{ type: value_count, rules: [a], timespan: 5m, condition: { gte: 1 } }",
      "bad-condition correlation.condition: value_count needs a field",
    ],
    [
      "{ type: value_sum, rules: [a], timespan: 5m, condition: { field: [f, g], gte: 1 } }",
      "bad-condition correlation.condition: value_sum takes one field",
    ],
    [
      "{ type: value_avg, rules: [a], timespan: 5m, condition: { field: f, percentile: 9, gte: 1 } }",
      "bad-condition correlation.condition: value_avg has no percentile",
    ],
    ["{ type: temporal, rules: [a], timespan: 1M }", "bad-value correlation.timespan:"],
    [
      "{ type: temporal, rules: [a], timespan: 5m, condition: a and b }",
      'bad-condition correlation.condition: "b" is not among',
    ],
    [
      "{ type: temporal, rules: [a, b], timespan: 5m, condition: a }",
      "bad-expression correlation.condition: match must name every",
    ],
    ["{ type: temporal, rules: [a], timespan: 5m, window: 3 }", "unknown-key correlation.window:"],
    ["{ type: near, rules: [a], timespan: 5m }", "bad-value correlation.type:"],
    [
      "{ type: temporal, rules: [a], timespan: 5m, group-by: [u], aliases: { u: { b: f } } }",
      'unknown-rule correlation.aliases.u.b: "b" is not among',
    ],
  ])("%s", (body, fault) => {
    const faults = faultsOf(correlation(body) + a + b);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/^3:\d+ /);
    expect(faults[0]!.replace(/^\S+ /, "").startsWith(fault)).toBe(true);
  });

  test("a reference to a rule with faults, or to two rules of one name", () => {
    const body = "{ type: temporal, rules: [a], timespan: 5m }";
    expect(faultsOf(correlation(body) + detection("a", "{}"))).toEqual([
      '3:40 unknown-rule correlation.rules.0: "a" has faults of its own',
      expect.stringMatching(/^9:\d+ bad-where /),
    ]);
    const twice = detection("a", "{ k: a }", "id: one") + detection("a", "{ k: b }", "id: two");
    expect(faultsOf(correlation(body) + twice)).toEqual([
      '3:40 unknown-rule correlation.rules.0: "a" names 2 rules',
    ]);
  });
});
