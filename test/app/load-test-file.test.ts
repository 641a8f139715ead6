import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { loadTestFile } from "../../src/app/load-test-file.ts";
import { runRuleTest } from "../../src/app/run-rule-test.ts";
import { RuleError } from "../../src/errors.ts";
import { ruleSet } from "../../src/rules/rule-set.ts";

const folder = mkdtempSync(join(tmpdir(), "corral-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

file(
  "shell.yml",
  "title: Shell\nname: shell\nlogsource: { product: x }\ndetection: { s: { Image: '%shells%' }, condition: s }\n".replace(
    "Image:",
    "'Image|expand':",
  ),
);
file(
  "x.yml",
  "transformations: [{ type: field_name_mapping, mapping: { Image: exe }, rule_conditions: [{ type: logsource, product: x }] }]\n",
);
const lists = new Map([["shells", ["/bin/sh"]]]);

describe("loadTestFile()", () => {
  test("names rules, and tests them as they stand", () => {
    const path = file(
      "one.test.yml",
      "rules: [shell.yml]\ntests: [{ name: t, events: [{ at: 0s, Image: /bin/sh }], expect: [{ at: 0s, rule: shell, closed: true }] }]\n",
    );
    const { rules, tests } = loadTestFile(path, { lists });
    expect(runRuleTest(ruleSet(rules), tests[0]!)).toEqual({ name: "t", passed: true, differences: [] });
  });

  test("with pipelines names are mapped", () => {
    const path = file(
      "two.test.yml",
      "rules: [shell.yml]\npipelines: [x.yml]\ntests: [{ name: t, events: [{ at: 0s, exe: /bin/sh }, { at: 1s, Image: /bin/sh }], expect: [{ at: 0s, events: [0] }] }]\n",
    );
    const { rules, tests } = loadTestFile(path, { lists });
    expect(runRuleTest(ruleSet(rules), tests[0]!).differences).toEqual([]);
  });

  test("with pipelines a log source must have one", () => {
    file("y.yml", "title: Y\nlogsource: { product: y }\ndetection: { s: { a: 1 }, condition: s }\n");
    const path = file(
      "three.test.yml",
      "rules: [y.yml]\npipelines: [x.yml]\ntests: [{ name: t, events: [], expect: [] }]\n",
    );
    expect(() => loadTestFile(path)).toThrow(/y\.yml:2:\d+ unknown-log-source/);
  });

  test("faults are those of the file or of its rules", () => {
    expect(() => loadTestFile(file("four.test.yml", "rule: [shell.yml]\ntests: []\n"))).toThrow(RuleError);
    expect(() =>
      loadTestFile(
        file("five.test.yml", "rules: [shell.yml]\ntests: [{ name: t, events: [], expect: [] }]\n"),
      ),
    ).toThrow(/shell\.yml:4:\d+ unknown-list/);
    const six =
      "rules: [shell.yml, nowhere.yml]\npipelines: [gone]\ntests: [{ name: t, events: [], expect: [] }]\n";
    const unreadable = (place: string, name: string): string =>
      `${join(folder, "six.test.yml")}:${place}: Cannot read rules: the path must exist: current value is ${join(folder, name)}`;
    expect(() => loadTestFile(file("six.test.yml", six), { lists })).toThrow(
      [
        unreadable("1:20 unreadable rules.1", "nowhere.yml"),
        unreadable("2:13 unreadable pipelines.0", "gone"),
      ].join("\n"),
    );
    expect(() => loadTestFile(file("seven.test.yml", ""))).toThrow(/seven\.test\.yml:1:1 empty/);
    expect(() => loadTestFile(file("eight.test.yml", "rules: [a]\ntests: [{\n"))).toThrow(
      /eight\.test\.yml:\d+:\d+ yaml/,
    );
  });
});
