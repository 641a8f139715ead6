/** All lints over the native rules that loaded. Sigma's rules have no source of this shape: their loader warns itself. */
import type { RuleFault } from "../../errors.ts";
import type { Rule } from "../rule.ts";
import { parseYamlDocuments, type RuleText } from "../yaml-documents.ts";
import type { LintContext } from "./lint.ts";
import { lints } from "./lints.ts";
import { isMap } from "./rule-parts.ts";

/** Findings by file, and inside a file by place. `rules`: what the texts compiled to. */
export function lintRules(
  texts: readonly RuleText[],
  rules: readonly Rule[],
  context: LintContext,
): readonly RuleFault[] {
  const byFile = Map.groupBy(rules, ({ file }) => file);
  return texts.flatMap((text) => lintFile(text, byFile.get(text.file) ?? [], context));
}

function lintFile(text: RuleText, together: readonly Rule[], context: LintContext): readonly RuleFault[] {
  if (together.length === 0) return [];
  const tests = together.flatMap((rule) => rule.tests);
  const findings = parseYamlDocuments(text).flatMap(({ value, line, warn, warnings }) => {
    const rule = together.find((each) => each.line === line);
    if (rule === undefined || !isMap(value) || value.id !== rule.id || !("conditions" in value)) return [];
    for (const { code, check } of lints) {
      check({ rule, source: value, together, tests }, (path, message) => warn(path, code, message), context);
    }
    return warnings;
  });
  return findings.toSorted((a, b) => a.line - b.line || a.column - b.column);
}
