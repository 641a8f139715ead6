/** All lints over the native rules that loaded. Sigma's rules have no source of this shape: their loader warns itself. */
import type { RuleFault } from "../../errors.ts";
import type { Rule } from "../rule.ts";
import { parseYamlDocuments, type RuleText } from "../yaml-documents.ts";
import type { LintContext, Suite } from "./lint.ts";
import { lints } from "./lints.ts";
import { isMap } from "./rule-parts.ts";

/** Findings by file, and inside a file by place. `rules`: what the texts compiled to. */
export function lintRules(
  texts: readonly RuleText[],
  rules: readonly Rule[],
  context: LintContext,
): readonly RuleFault[] {
  const byFile = Map.groupBy(rules, ({ file }) => file);
  const elsewhere = Map.groupBy(
    context.suites.flatMap((suite) => suite.rules.map((rule) => ({ key: keyOf(rule), suite }))),
    ({ key }) => key,
  );
  const suitesOf = (rule: Rule): readonly Suite[] =>
    (elsewhere.get(keyOf(rule)) ?? []).map(({ suite }) => suite);
  return texts.flatMap((text) => lintFile(text, byFile.get(text.file) ?? [], suitesOf, context));
}

function lintFile(
  text: RuleText,
  together: readonly Rule[],
  suitesOf: (rule: Rule) => readonly Suite[],
  context: LintContext,
): readonly RuleFault[] {
  if (together.length === 0) return [];
  const own: Suite = { rules: together, tests: together.flatMap(({ tests }) => tests) };
  const findings = parseYamlDocuments(text).flatMap(({ value, line, warn, warnings }) => {
    const rule = together.find((each) => each.line === line);
    if (rule === undefined || !isMap(value) || value.id !== rule.id || !("conditions" in value)) return [];
    const linted = { rule, source: value, suites: [own, ...suitesOf(rule)] };
    for (const { code, check } of lints) {
      check(linted, (path, message) => warn(path, code, message), context);
    }
    return warnings;
  });
  return findings.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

/** The same of a rule that a file of tests has loaded anew. */
function keyOf({ id, version }: Rule): string {
  return `${id}@${version}`;
}
