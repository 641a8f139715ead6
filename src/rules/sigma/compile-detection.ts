/**
 * The selections of a detection (or of a filter) under its condition → one predicate. A list of conditions is OR. Also
 * selections that no condition names are compiled: what is wrong in them is said.
 */
import { allOf, anyOf, not, type Predicate } from "../predicate/compile-predicate.ts";
import { compileSelection, type SelectionContext } from "./compile-selection.ts";
import { type ConditionTree, parseCondition } from "./parse-condition.ts";

/** `section`: the key under which selections and condition stand. Null after a fault was reported. */
export function compileDetection(
  section: string,
  selections: Readonly<Record<string, unknown>>,
  condition: string | readonly string[],
  context: SelectionContext,
): Predicate | null {
  const compiled = new Map(
    Object.entries(selections).map(([name, selection]) => [
      name,
      compileSelection(selection, [section, name], context),
    ]),
  );
  const conditions = typeof condition === "string" ? [condition] : condition;
  const trees: ConditionTree[] = [];
  for (const [index, text] of conditions.entries()) {
    const tree = parseCondition(text, [...compiled.keys()]);
    if (!("fault" in tree)) trees.push(tree);
    else {
      const path = typeof condition === "string" ? [section, "condition"] : [section, "condition", index];
      context.fault(path, "bad-condition", tree.fault);
    }
  }
  if (trees.length < conditions.length || [...compiled.values()].includes(null)) return null;
  return anyOf(trees.map((tree) => predicateOf(tree, compiled as ReadonlyMap<string, Predicate>)));
}

function predicateOf(tree: ConditionTree, selections: ReadonlyMap<string, Predicate>): Predicate {
  switch (tree.kind) {
    case "name":
      return selections.get(tree.name)!;
    case "not":
      return not(predicateOf(tree.part, selections));
    default: {
      const parts = tree.parts.map((part) => predicateOf(part, selections));
      return tree.kind === "and" ? allOf(parts) : anyOf(parts);
    }
  }
}
