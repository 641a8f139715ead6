import { expect } from "vitest";
import { conditionTypes } from "../../../src/correlation/condition-types.ts";
import { producedTypes } from "../../../src/rules/chains.ts";
import { lintRules } from "../../../src/rules/lint/lint-rules.ts";
import { checkRules } from "../../../src/rules/load-rules.ts";

/** `line:column message` of what the lint finds in a rule file. */
export function found(code: string, text: string, maxEvents = 1_000): readonly string[] {
  const texts = [{ file: "rule.yml", text }];
  const { rules, documents, faults } = checkRules(texts, { conditionTypes });
  expect(faults).toEqual([]);
  const produced = new Set(rules.flatMap(producedTypes));
  return lintRules(documents, rules, { maxEvents, lists: new Map(), suites: [], produced })
    .filter((finding) => finding.code === code)
    .map(({ line, column, message }) => `${line}:${column} ${message}`);
}

/** A rule of these conditions, one a line from line 4 on. */
export function ruleOf(conditions: readonly string[], rest = ""): string {
  return `id: a\nwindow: 5m\nconditions:\n${conditions.map((each) => `  - ${each}\n`).join("")}${rest}`;
}
