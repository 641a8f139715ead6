/** Rule documents compiled together, and which rule came of which. */
import type { RuleFault } from "../errors.ts";
import { checkRules, type LoadOptions, type RuleText } from "../rules/load-rules.ts";
import type { Rule } from "../rules/rule.ts";
import { inFileOrder, type RuleDocuments } from "./rule-document.ts";

export interface CompiledDocuments {
  /** By key of their document; a document may make none, as a filter does. */
  readonly rules: ReadonlyMap<string, Rule>;
  /** By file and place. */
  readonly faults: readonly RuleFault[];
}

/** `others` are looked at together with them and make no rules. */
export function compileDocuments(
  documents: RuleDocuments,
  options: LoadOptions,
  others: readonly RuleText[] = [],
): CompiledDocuments {
  const ordered = inFileOrder(documents);
  // Named by key a rule tells its document; places are only needed for faults.
  const named = checkRules([...ordered.map(({ key, text }) => ({ file: key, text })), ...others], options);
  if (named.faults.length === 0)
    return { rules: new Map(named.rules.map((rule) => [rule.file, rule])), faults: [] };
  const placed = [...ordered.map(({ file, line, text }) => ({ file, line, text })), ...others];
  const { faults } = checkRules(placed.toSorted(byPlace), options);
  return { rules: new Map(), faults };
}

function byPlace(a: RuleText, b: RuleText): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : (a.line ?? 1) - (b.line ?? 1);
}
