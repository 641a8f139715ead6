/**
 * Sigma's filters: what an organisation does not want to hear of, kept beside the rules (Sigma filters specification).
 *
 * A filter applies to the rules it lists (or `any`) whose log source has each of its own keys. Its condition stays as it
 * is when it begins with `not`; otherwise it says what to leave out, and its negation is demanded.
 */
import { not, type Predicate } from "../predicate/compile-predicate.ts";
import type { Lists } from "../predicate/expand.ts";
import type { YamlDocument } from "../yaml-documents.ts";
import { compileDetection } from "./compile-detection.ts";
import type { DetectionDocument, FilterDocument } from "./documents.ts";
import { type LogSourceView, plainView } from "./log-source-view.ts";

export interface Filter {
  readonly document: YamlDocument;
  readonly content: FilterDocument;
}

/** The rule that may be filtered. */
export interface Filtered {
  readonly logSource: DetectionDocument["logsource"];
  readonly names: readonly string[];
  readonly view: LogSourceView;
}

/** What the filter demands of the rule's events; null: nothing, or a fault was reported. */
export function compileFilter(
  { document, content }: Filter,
  { logSource, names, view }: Filtered,
  lists: Lists,
): Predicate | null {
  const { rules, condition, ...selections } = content.filter;
  if (rules !== "any" && !rules.some((name) => name === "any" || names.includes(name))) return null;
  if (!Object.entries(content.logsource).every(([key, value]) => logSource[key] === value)) return null;
  const { fault } = document;
  const predicate = compileDetection("filter", selections, condition, { view, lists, fault });
  return predicate === null || staysAsItIs(condition) ? predicate : not(predicate);
}

/**
 * What is wrong with a filter whether it applies or not: its selections, and names that no rule has. A condition without
 * `not` is probably meant so, and worth a warning.
 */
export function checkFilter({ document, content }: Filter, names: ReadonlySet<string>, lists: Lists): void {
  const { rules, condition, ...selections } = content.filter;
  compileDetection("filter", selections, condition, { view: plainView, lists, fault: document.fault });
  if (!staysAsItIs(condition)) {
    document.warn(
      ["filter", "condition"],
      "filter-without-not",
      'what it selects is left out; write "not …" to say so',
    );
  }
  if (rules === "any") return;
  for (const [index, name] of rules.entries()) {
    if (name !== "any" && !names.has(name)) {
      const message = `"${name}" is the id or name of no detection rule that is loaded`;
      document.fault(["filter", "rules", index], "unknown-rule", message);
    }
  }
}

function staysAsItIs(condition: FilterDocument["filter"]["condition"]): boolean {
  return typeof condition === "string" && /^\s*not\b/i.test(condition);
}
