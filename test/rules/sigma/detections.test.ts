import { describe, expect, test } from "vitest";
import { alertsOf, at, check, detection, faultsOf } from "./support.ts";

function rule(body: string, head = ""): string {
  return `title: A rule\nid: 00000000-aaaa-4000-8000-000000000001\nlogsource: { product: test }\ndetection: ${body}\n${head}`;
}

const id = "00000000-aaaa-4000-8000-000000000001";

describe("Detection rules", () => {
  test("keep Sigma's id, level, tags, and what a person should know", () => {
    const [compiled] = check(
      rule(
        "{ selection: { a: 1 }, condition: selection }",
        "name: some_name\nlevel: informational\ntags: [attack.t1059]\nstatus: deprecated\nrelated: [{ id: x, type: derived }]\nauthor: Ann\ndescription: |\n  What it is.\nfalsepositives: [builds, tests]\n",
      ),
    ).rules;
    expect(compiled).toMatchObject({
      id,
      name: "A rule",
      knownAs: [id, "some_name"],
      severity: "info",
      tags: ["attack.t1059"],
      description: "What it is.\nFalse positives: builds; tests\nAuthor: Ann",
      window: 0,
      stateless: true,
    });
  });

  test("without an id go by their name, without a name by their title; without a level they are medium", () => {
    expect(check(detection("Some Name", "{ a: 1 }")).rules[0]).toMatchObject({
      id: "some_name",
      knownAs: ["Some Name"],
      severity: "medium",
    });
    const untold = check("title: Über alles!\nlogsource: {}\ndetection: { s: { a: 1 }, condition: s }");
    expect(untold.rules[0]!.id).toBe("_ber_alles_");
  });

  test("two events of one instant are two alerts", () => {
    const text = rule("{ selection: { a: 1 }, condition: selection }");
    expect(alertsOf(text, [at(1, { a: 1 }), at(1, { a: "1" }, { id: "twin" }), at(2, { a: 2 })])).toEqual([
      `1 ${id} [e1]`,
      `1 ${id} [twin]`,
    ]);
  });

  test("maps are AND, lists of maps OR, keywords stand beside maps", () => {
    const text = rule("{ s: [{ a: 1, b: 2 }, { c: 3 }, needle], condition: s }");
    const events = [{ a: 1 }, { a: 1, b: 2 }, { c: 3 }, { x: { y: "a needle" } }];
    expect(
      alertsOf(
        text,
        events.map((details, second) => at(second, details)),
      ),
    ).toEqual([`1 ${id} [e1]`, `2 ${id} [e2]`, `3 ${id} [e3]`]);
  });

  test("a list of conditions is OR", () => {
    const text = rule("{ s: { a: 1 }, t: { a: 2 }, condition: [s, t] }");
    expect(alertsOf(text, [at(1, { a: 1 }), at(2, { a: 2 }), at(3, { a: 3 })])).toHaveLength(2);
  });

  test("what decides is part of the rule's version, what describes is not part of what decides", () => {
    const [one, two, three] = ["1", "2", "1"].map(
      (value, index) =>
        check(rule(`{ s: { a: ${value} }, condition: s }`, index === 2 ? "description: more" : "")).rules[0]!,
    );
    expect(one!.decides).not.toBe(two!.decides);
    expect(one!.decides).toBe(three!.decides);
    expect(one!.version).not.toBe(three!.version);
  });

  test("a rule over alerts keeps a window, since they come otherwise than events", () => {
    expect(check(rule("{ s: { type: alert.other }, condition: s }")).rules[0]!.stateless).toBe(false);
  });
});

describe("Refused detections", () => {
  test.each([
    [
      "an unknown modifier",
      "{ s: { 'a|includes': x }, condition: s }",
      "unknown-modifier detection.s.a|includes:",
    ],
    ["look-ahead", "{ s: { 'a|re': '(?!x)' }, condition: s }", "bad-regex detection.s.a|re:"],
    ["an empty selection", "{ s: {}, condition: s }", "bad-where detection.s:"],
    [
      "a faulty selection that no condition names",
      "{ s: { a: 1 }, t: [], condition: s }",
      "bad-where detection.t:",
    ],
    ["a keyword that is a list", "{ s: [x, [y]], condition: s }", "bad-value detection.s.1:"],
    [
      "an unknown list",
      "{ s: { 'a|expand': '%none%' }, condition: s }",
      "unknown-list detection.s.a|expand:",
    ],
    [
      "an old aggregation",
      "{ s: { a: 1 }, condition: s | count() > 3 }",
      "bad-condition detection.condition:",
    ],
    ["a timeframe", "{ s: { a: 1 }, timeframe: 5m, condition: s }", "bad-value detection.timeframe:"],
    ["no condition", "{ s: { a: 1 } }", "bad-value detection.condition:"],
  ])("%s", (_what, body, fault) => {
    const faults = faultsOf(rule(body));
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/^4:\d+ /);
    expect(faults[0]!.replace(/^\S+ /, "").startsWith(fault)).toBe(true);
  });

  test("each fault stands on its line", () => {
    const text = `title: T
logsource: { product: test }
detection:
  s:
    a: 1
    b|regex: x
  t:
    - c
    - d|cased: { e: f }
  condition:
    - s
    - t and u
`;
    expect(faultsOf(text)).toEqual([
      expect.stringMatching(/^6:5 unknown-modifier detection\.s\.b\|regex: /),
      expect.stringMatching(/^9:\d+ bad-value detection\.t\.1\.d\|cased: /),
      expect.stringMatching(/^12:7 bad-condition detection\.condition\.1: "u" is no selection/),
    ]);
  });

  test("a title, a known level and Sigma's own taxonomy are wanted", () => {
    const body = "logsource: {}\ndetection: { s: { a: 1 }, condition: s }\n";
    expect(faultsOf(body)).toEqual([expect.stringMatching(/ bad-value title: /)]);
    expect(faultsOf(`title: T\nlevel: huge\n${body}`)).toEqual([
      expect.stringMatching(/^2:8 bad-value level: /),
    ]);
    expect(faultsOf(`title: T\ntaxonomy: ecs\n${body}`)).toEqual([
      expect.stringMatching(/^2:11 bad-value taxonomy: Sigma's own names/),
    ]);
  });

  test("two rules of one id", () => {
    const one = rule("{ s: { a: 1 }, condition: s }");
    expect(faultsOf(`${one}---\n${one}`)).toEqual([expect.stringMatching(/^6:1 duplicate-id /)]);
  });
});
