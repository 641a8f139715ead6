/** All lints over the native rules that loaded. Sigma's rules have no source of this shape: their loader warns itself. */
import type { RuleFault } from "../../errors.ts";
import type { Rule } from "../rule.ts";
import type { YamlDocument } from "../yaml-documents.ts";
import type { LintContext, Suite } from "./lint.ts";
import { lints } from "./lints.ts";
import { isMap } from "./rule-parts.ts";

/**
 * Findings of the documents, by file and inside a file by place; what their loader warned of is among them. `rules`: what
 * they compiled to.
 */
export function lintRules(
  documents: readonly YamlDocument[],
  rules: readonly Rule[],
  context: LintContext,
): readonly RuleFault[] {
  const byFile = Map.groupBy(rules, ({ file }) => file);
  const elsewhere = Map.groupBy(
    context.suites.flatMap((suite) => suite.rules.map((rule) => ({ key: keyOf(rule), suite }))),
    ({ key }) => key,
  );
  for (const document of documents) {
    const together = byFile.get(document.file) ?? [];
    const rule = together.find(({ line }) => line === document.line);
    if (rule === undefined) continue;
    const own: Suite = { rules: together, tests: together.flatMap(({ tests }) => tests) };
    const others = (elsewhere.get(keyOf(rule)) ?? []).map(({ suite }) => suite);
    lintDocument(document, rule, [own, ...others], context);
  }
  return [...Map.groupBy(documents, ({ file }) => file).values()].flatMap((ofFile) =>
    ofFile.flatMap(({ warnings }) => warnings).sort((a, b) => a.line - b.line || a.column - b.column),
  );
}

function lintDocument(
  { value, warn }: YamlDocument,
  rule: Rule,
  suites: readonly Suite[],
  context: LintContext,
): void {
  if (!isMap(value) || value.id !== rule.id || !("conditions" in value)) return;
  const linted = { rule, source: value, suites };
  for (const { code, check } of lints) {
    check(linted, (path, message) => warn(path, code, message), context);
  }
}

/** The same of a rule that a file of tests has loaded anew. */
function keyOf({ id, version }: Rule): string {
  return `${id}@${version}`;
}
