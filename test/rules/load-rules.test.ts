import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { conditionTypes } from "../../src/correlation/condition-types.ts";
import { ConfigError, formatFault, RuleError } from "../../src/errors.ts";
import { checkRules, compileRules, loadRules, readRuleFile, ruleFiles } from "../../src/rules/load-rules.ts";

/** Faults of one file, as they are printed, without its name. */
function faultsOf(text: string): readonly string[] {
  const { faults } = checkRules([{ file: "r.yml", text }], { conditionTypes });
  return faults.map((fault) => formatFault(fault).slice("r.yml:".length));
}

const good = (id: string): string =>
  `id: ${id}\nconditions:\n  - { type: event_count, where: { type: login }, threshold: 1 }\n`;

describe("Faults and their places", () => {
  test("all of one file are found together, each where it stands", () => {
    const text = `id: Bad-Id
window: 5 minutes
severity: huge
conditions:
  - { type: event_count, where: { type: login }, threshold: -1 }
  - type: event_cuont
    where: { type: login }
`;
    expect(faultsOf(text)).toEqual([
      '1:5 bad-value id: lower-case letters, digits and _: found "Bad-Id"',
      '2:9 bad-value window: a duration like 30s, 5m or 1h: found "5 minutes"',
      '3:11 bad-value severity: one of info, low, medium, high, critical: found "huge"',
      "5:61 bad-value conditions.0.threshold: a number of at least 0: found -1",
      '6:11 unknown-type conditions.1.type: "event_cuont" is no condition type; did you mean "event_count"?',
    ]);
  });

  test("what only follows from another fault is not told: a rate without the window that was mistyped", () => {
    const text = `id: a
widnow: 5m
were: { type: login }
conditions:
  - { type: rate_change, factor: 2 }
  - { typ: event_count }
match: rate_change and other
`;
    expect(faultsOf(text)).toEqual([
      '2:1 unknown-key widnow: "widnow" is no key here; did you mean "window"?',
      '3:1 unknown-key were: "were" is no key here; did you mean "where"?',
      "6:5 bad-value conditions.1.type: a text: found nothing",
    ]);
  });

  test("conditions that are there are looked at beside one that has no type, and the names in match", () => {
    const conditions = "  x: { type: event_count, where: { a|b: 1 } }\n  y: { where: { a: 1 } }\n";
    expect(faultsOf(`id: a\nconditions:\n${conditions}match: x and z\n`)).toEqual([
      '3:36 unknown-modifier conditions.x.where.a|b: "b" is no modifier; did you mean "i"?',
      "4:6 bad-value conditions.y.type: a text: found nothing",
    ]);
    const typed = conditions.replace("y: { where", "y: { type: event_count, where");
    expect(faultsOf(`id: a\nconditions:\n${typed}match: x and z\n`).at(-1)).toBe(
      '5:8 bad-expression match: "z" is no condition of this rule; its conditions are x, y',
    );
  });

  test("a value of another kind is told what would be in order", () => {
    const text = `id: ""
window: 5
tags: one
severity: hihg
enabled: maybe
conditions: {}
for_each: { node: [] }
tests:
  - { name: n, events: [{ at: 0s, repeat: { times: 0, every: 1s } }], expect: [{ events: [0.5], closed: 1 }] }
`;
    expect(faultsOf(text).map((fault) => fault.replace(/^\S+ bad-value /, ""))).toEqual([
      'id: lower-case letters, digits and _: found ""',
      "window: a duration like 30s, 5m or 1h: found 5",
      'tags: a list: found "one"',
      'severity: one of info, low, medium, high, critical; did you mean "high"?: found "hihg"',
      'enabled: true or false: found "maybe"',
      "for_each.node: a list that is not empty: found []",
      "tests.0.events.0.repeat.times: a number above 0: found 0",
      "tests.0.expect.0.events.0: a whole number: found 0.5",
      "tests.0.expect.0.closed: true or false: found 1",
    ]);
    const event = "{ at: 0s, type: login, severity: medum }";
    expect(faultsOf(`${good("a")}tests: [{ name: n, events: [${event}], expect: [] }]\n`)).toEqual([
      '4:62 bad-value tests.0.events.0.severity: one of info, low, medium, high, critical; did you mean "medium"?: found "medum"',
    ]);
    expect(faultsOf("just words\n")).toEqual(['1:1 bad-value a map: found "just words"']);
    expect(faultsOf("id: a\n")).toEqual(["1:1 bad-value conditions: a list or a map: found nothing"]);
  });

  test("listed groups say which field they must be of", () => {
    const text = `${good("a")}window: 1m\ngroup_by: node\nfor_each: { nod: [n1] }\n`;
    expect(faultsOf(text)).toEqual([
      "6:1 bad-for-each for_each: for_each must list values of the one field of group_by, which is node: found nod",
    ]);
  });

  test("an unknown key is shown with the nearest known one", () => {
    expect(faultsOf(`${good("a")}grouped_by: pod\nwindwo: 5m\n`)).toEqual([
      '4:1 unknown-key grouped_by: "grouped_by" is no key here; did you mean "group_by"?',
      '5:1 unknown-key windwo: "windwo" is no key here; did you mean "window"?',
    ]);
  });

  test("also inside a condition", () => {
    const text = "id: a\nconditions:\n  - type: event_count\n    where: { type: login }\n    treshold: 3\n";
    expect(faultsOf(text)).toEqual([
      '5:5 unknown-key conditions.0.treshold: "treshold" is no key here; did you mean "threshold"?',
    ]);
  });

  test("a condition without a type is named where it stands", () => {
    expect(
      faultsOf("id: a\nconditions:\n  - { type: event_count, where: { a: b } }\n  - { where: { a: b } }\n"),
    ).toEqual([expect.stringMatching(/^4:5 bad-value conditions\.1\.type: .*: found nothing$/)]);
    expect(faultsOf("id: a\nconditions:\n  one: { where: { a: b } }\n")).toEqual([
      expect.stringMatching(/^3:8 bad-value conditions\.one\.type: .*: found nothing$/),
    ]);
  });

  test("a predicate's fault is shown inside the predicate", () => {
    const text = "id: a\nconditions:\n  - type: event_count\n    where:\n      cmd|contians: x\n";
    expect(faultsOf(text)).toEqual([
      expect.stringMatching(
        /^5:7 unknown-modifier conditions\.0\.where\.cmd\|contians: .*did you mean "contains"\?$/,
      ),
    ]);
  });

  test("so are faults of where, of except and of a sequence's step", () => {
    const text = `${good("a")}where: { a|b: 1 }
except:
  - { a: 1 }
  - { c|d: 1 }
`.replace("conditions:", "conditions:\n  - { type: event_sequence, sequence: [x, { where: { e|f: 1 } }] }");
    expect(faultsOf(text).map((fault) => fault.split(" ").slice(0, 3).join(" "))).toEqual([
      "3:54 unknown-modifier conditions.0.sequence.1.where.e|f:",
      "5:10 unknown-modifier where.a|b:",
      "8:7 unknown-modifier except.1.c|d:",
    ]);
  });

  test("an expression says what it does not know, and what it forgot", () => {
    const rule =
      "id: a\nconditions:\n  x: { type: event_count, where: { a: b } }\n  y: { type: event_count, where: { a: c } }\n";
    expect(faultsOf(`${rule}match: x and z\n`)).toEqual([
      '5:8 bad-expression match: "z" is no condition of this rule; its conditions are x, y',
    ]);
    expect(faultsOf(`${rule}match: x\n`)).toEqual([
      "5:8 bad-expression match: match must name every condition: y is missing",
    ]);
  });

  test("YAML that is none is told with its line; other documents of the file are read", () => {
    const { rules, faults } = checkRules([{ file: "r.yml", text: `id: a\nid: b\n---\n${good("c")}` }], {
      conditionTypes,
    });
    expect(rules.map(({ id, line }) => [id, line])).toEqual([["c", 4]]);
    expect(faults.map(({ code, line }) => [code, line])).toEqual([["yaml", 2]]);
  });

  test("aliases are refused: a few lines of them can stand for gigabytes", () => {
    expect(faultsOf("id: &x a\nname: *x\nconditions: []\n")).toEqual([
      expect.stringMatching(/^2:7 yaml aliases are not allowed, .*: found \*x$/),
    ]);
  });

  test("what is wrong with YAML is told once by place, and not as a place in the text that was parsed", () => {
    const text = "conditions:\n\t- { type: event_count }\n";
    const { faults } = checkRules([{ file: "r.yml", text, line: 41 }], { conditionTypes });
    expect(faults).toEqual([
      { code: "yaml", file: "r.yml", line: 42, column: 1, message: "Tabs are not allowed as indentation" },
    ]);
  });

  test("a file in another encoding is told so", () => {
    expect(faultsOf(Buffer.from("\ufeffid: a\n", "utf16le").toString("utf8"))).toEqual([
      "1:1 yaml the file must be text in UTF-8: it holds bytes of value 0",
    ]);
  });

  test("a document that is no map is refused, an empty one passed over", () => {
    expect(faultsOf("- 1\n")).toEqual([expect.stringMatching(/^1:1 bad-value /)]);
    expect(faultsOf("")).toEqual([]);
    expect(faultsOf(`---\n---\n${good("a")}`)).toEqual([]);
  });

  test.each([
    ["event_count without where", "{ type: event_count }", "where-missing"],
    ["a count with an upper bound", '{ type: event_count, where: { a: b }, operator: "<" }', "no-window"],
    [
      "a sum with an upper bound",
      '{ type: threshold, field: n, aggregate: sum, operator: "<=" }',
      "no-window",
    ],
    ["distinct values with an upper bound", '{ type: unique_count, field: u, operator: "==" }', "no-window"],
    ["a value without a field", "{ type: event_count, value: b }", "value-without-field"],
    ["a pattern that needs look-ahead", '{ type: pattern_match, field: a, pattern: "x(?!y)" }', "bad-regex"],
    [
      "a sequence of too many steps",
      "{ type: event_sequence, sequence: [a, { where: { type: b }, runs: 30 }] }",
      "bad-length",
    ],
    ["a hop that is no duration", "{ type: event_sequence, sequence: [a, b], within: soon }", "bad-duration"],
    ["a calendar nobody named", "{ type: time_pattern, pattern: bussiness_hours }", "unknown-name"],
    ["time patterns alone without where", "{ type: time_pattern, pattern: weekend }", "where-missing"],
  ])("%s is refused", (_what, condition, code) => {
    const { rules, faults } = checkRules(
      [{ file: "r.yml", text: `id: a\nconditions:\n  - ${condition}\n` }],
      {
        conditionTypes,
      },
    );
    expect(rules).toEqual([]);
    expect(faults.map((fault) => fault.code)).toEqual([code]);
    expect(faults[0]!.line).toBeGreaterThan(1);
  });

  test("not over what a later event may undo is refused", () => {
    const average = "{ type: threshold, field: n, aggregate: avg, threshold: 5 }";
    const text = `id: a\nwindow: 1m\nconditions:\n  x: ${average}\nmatch: not x\n`;
    expect(faultsOf(text)).toEqual([expect.stringMatching(/^5:8 not-over-settled match: "not x"/)]);
  });

  test("what waits for a deadline cannot stand beside an average", () => {
    const average = "{ type: threshold, field: n, aggregate: avg, threshold: 5 }";
    const few = '{ type: event_count, where: { a: b }, operator: "<", threshold: 2 }';
    const text = `id: a\nwindow: 1m\nconditions:\n  - ${average}\n  - ${few}\n`;
    expect(faultsOf(text)).toEqual([
      '3:1 denied-with-settled conditions: event_count "event_count" is judged at a deadline and cannot stand beside threshold "n"; chain two rules',
    ]);
  });

  test("a rule that reads its own alert is refused", () => {
    const text = "id: a\nwindow: 1m\nconditions: [{ type: event_count, where: { type: alert.a } }]\n";
    expect(faultsOf(text)).toEqual([expect.stringMatching(/^3:1 cycle .*a → a/)]);
  });

  test("one id is one rule over all files", () => {
    const files = [
      { file: "one.yml", text: good("a") },
      { file: "two.yml", text: `\n${good("a")}` },
    ];
    expect(() => compileRules(files, { conditionTypes })).toThrow(
      new RuleError([
        {
          code: "duplicate-id",
          file: "two.yml",
          line: 2,
          column: 1,
          message: 'id: "a" is taken by the rule at one.yml:1',
        },
      ]),
    );
  });

  test("faults of all files come together", () => {
    const files = ["one", "two"].map((name) => ({ file: `${name}.yml`, text: "id: a\n" }));
    const { faults } = checkRules(files, { conditionTypes });
    expect(new Set(faults.map(({ file }) => file))).toEqual(new Set(["one.yml", "two.yml"]));
  });
});

describe("A compiled rule", () => {
  const compiled = (text: string) => compileRules([{ file: "r.yml", text }], { conditionTypes })[0]!;

  test("has defaults for what the file leaves out", () => {
    expect(compiled(good("a"))).toMatchObject({
      name: "a",
      severity: "medium",
      window: 0,
      groupBy: ["container"],
      lateness: null,
      actions: [{ type: "alert", parameters: {} }],
      enabled: true,
      judged: "eager",
    });
  });

  test("takes its severity from its first alert action where it names none itself", () => {
    const actions = "actions: [{ type: kill }, { type: alert, severity: high }]\n";
    expect(compiled(good("a") + actions).severity).toBe("high");
    expect(compiled(`${good("a")}severity: low\n${actions}`).severity).toBe("low");
  });

  test("keeps action parameters as text", () => {
    const text = `${good("a")}actions:\n  - { type: page, to: sec, after: 5, tags: [a, b] }\n`;
    expect(compiled(text).actions).toEqual([
      { type: "page", parameters: { to: "sec", after: "5", tags: '["a","b"]' } },
    ]);
  });

  test("keeps its windows when only words change, and gives them up when what decides does", () => {
    const first = compiled(good("a"));
    const renamed = compiled(`${good("a")}name: Another\nseverity: high\n`);
    const wider = compiled(`${good("a")}window: 1m\n`);
    expect(renamed.decides).toBe(first.decides);
    expect(renamed.version).not.toBe(first.version);
    expect(wider.decides).not.toBe(first.decides);
  });

  test("is the same version whatever its tests are", () => {
    const tests = "tests:\n  - { name: none, events: [], expect: [] }\n";
    expect(compiled(good("a") + tests).version).toBe(compiled(good("a")).version);
  });
});

describe("Rule files", () => {
  const folder = mkdtempSync(join(tmpdir(), "corral-rules-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "b"));
  for (const [name, text] of [
    ["z.yml", good("z")],
    ["b/a.yaml", good("a")],
    ["a.test.yml", "rules: [z.yml]\n"],
    ["notes.txt", "no rule"],
  ] as const)
    writeFileSync(join(folder, name), text);

  test("are those of a folder and below, sorted, without test files", () => {
    expect(ruleFiles(folder)).toEqual([join(folder, "b/a.yaml"), join(folder, "z.yml")]);
    expect(loadRules([folder], { conditionTypes }).map(({ id }) => id)).toEqual(["a", "z"]);
  });

  test("a path that is not there, or of which nothing can be told, is an error of configuration", () => {
    expect(() => ruleFiles(join(folder, "nothing"))).toThrow(ConfigError);
    expect(() => ruleFiles("n".repeat(5_000))).toThrow(
      /^Cannot read rules: n+ must be readable: ENAMETOOLONG/,
    );
  });

  test("links are followed; one that leads nowhere, or in a circle, is an error of configuration", () => {
    const linked = join(folder, ".linked");
    mkdirSync(linked);
    symlinkSync("../b", join(linked, "below"));
    expect(ruleFiles(linked)).toEqual([join(linked, "below/a.yaml")]);
    symlinkSync("nowhere", join(linked, "gone.yml"));
    expect(() => ruleFiles(linked)).toThrow(
      new ConfigError(
        `Cannot read rules: a link must lead to a file: current value is ${join(linked, "gone.yml")}`,
      ),
    );
    rmSync(join(linked, "gone.yml"));
    symlinkSync(".", join(linked, "circle"));
    expect(() => ruleFiles(linked)).toThrow(/links must not lead in a circle: .*circle$/);
  });

  test("a byte order mark moves no column", () => {
    const marked = join(folder, ".marked.yml");
    writeFileSync(marked, "\ufeffid: Bad\n");
    const { faults } = checkRules([readRuleFile(marked)], { conditionTypes });
    expect(faults.map(({ line, column }) => `${line}:${column}`)).toContain("1:5");
  });

  test("what editors hide beside a file is no rule", () => {
    symlinkSync("someone@host.17", join(folder, ".#z.yml"));
    writeFileSync(join(folder, ".z.yml"), "id: half a ru");
    expect(ruleFiles(folder)).toEqual([join(folder, "b/a.yaml"), join(folder, "z.yml")]);
  });
});
