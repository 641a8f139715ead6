/**
 * The vectors of what a rule means, kept beside the project, through the loader and the test runner. Where they are not
 * there, the suite says so on stderr and is skipped.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadTestFile } from "../../src/app/load-test-file.ts";
import { runRuleTest } from "../../src/app/run-rule-test.ts";
import { conditionTypes } from "../../src/correlation/condition-types.ts";
import { compileCalendar } from "../../src/rules/calendar.ts";
import { checkRules, type LoadOptions, type RuleText, readRuleFile } from "../../src/rules/load-rules.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { ruleSet } from "../../src/rules/rule-set.ts";
import type { RuleTest } from "../../src/rules/rule-test.ts";

const root = join(import.meta.dirname, "../../../shared/conformance");

/** Files that never load, and the fault that each is about. */
const refused: Readonly<Record<string, { readonly line: number; readonly code: RegExp }>> = {
  "refused/cycle.yml": { line: 4, code: /^cycle$/ },
  "refused/look-ahead.yml": { line: 4, code: /^bad-regex$/ },
  "refused/unknown-modifier.yml": { line: 4, code: /^unknown-modifier$/ },
  "refused/unknown-name.yml": { line: 5, code: /^bad-expression$/ },
};

const present = existsSync(root);
if (!present) {
  process.stderr.write(
    `\nSKIPPED: the conformance vectors are not at ${root}: no rule was checked against them\n`,
  );
}
const files = present ? vectorFiles() : [];

describe.skipIf(!present)("Conformance vectors", () => {
  test("the lists name files that are there", () => {
    expect(files).toEqual(expect.arrayContaining(Object.keys(refused)));
  });

  test("every file of refused/ is listed with its reason", () => {
    expect(files.filter((file) => file.startsWith("refused/"))).toEqual(Object.keys(refused));
  });

  test.each(Object.entries(refused))("%s is refused with its line", (file, { line, code }) => {
    const { faults } = load(textOf(file));
    expect(faults).toContainEqual(expect.objectContaining({ file, line, code: expect.stringMatching(code) }));
  });

  const judged = files.filter((file) => !file.startsWith("sigma/") && !(file in refused));
  describe.each(judged)("%s", (file) => {
    const text = textOf(file);
    const { rules, faults } = load(text);

    test("loads and carries tests", () => {
      expect(faults).toEqual([]);
      expect(rules.flatMap(({ tests }) => tests)).not.toEqual([]);
    });

    test.each(rules.flatMap(({ tests }) => tests).map((each) => [each.name, each] as const))(
      "%s",
      (_name, each) => {
        expect(runRuleTest(ruleSet(rulesFor(text, each)), each).differences).toEqual([]);
      },
    );
  });

  const sigma = files.filter((file) => file.startsWith("sigma/"));
  describe.each(sigma)("%s", (file) => {
    const path = join(root, file.replace(/\.yml$/, ".test.yml"));
    const { tests } = loadTestFile(path);

    test.each(tests.map((each) => [each.name, each] as const))("%s", (_name, each) => {
      const { rules } = loadTestFile(path, {
        calendar: compileCalendar(each.calendar),
        lists: new Map(Object.entries(each.lists ?? {})),
      });
      expect(runRuleTest(ruleSet(rules), each).differences).toEqual([]);
    });
  });
});

/** Below the root, with `/`; `*.test.yml` hold tests of the file beside them. */
function vectorFiles(): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file.endsWith(".yml") && !file.endsWith(".test.yml"))
    .sort();
}

function textOf(file: string): RuleText {
  return { file, text: readRuleFile(join(root, file)).text };
}

function load(
  text: RuleText,
  options: Omit<LoadOptions, "conditionTypes"> = {},
): ReturnType<typeof checkRules> {
  return checkRules([text], { conditionTypes, ...options });
}

/** Compiled anew with the calendar and the lists of the test. */
function rulesFor(text: RuleText, { calendar, lists }: RuleTest): readonly Rule[] {
  return load(text, { calendar: compileCalendar(calendar), lists: new Map(Object.entries(lists ?? {})) })
    .rules;
}
