/** Conditions of temporal correlations, which speak of rules by id or name. */
import type { CorrelationBounds } from "./documents.ts";
import type { Member } from "./members.ts";
import { parseCondition } from "./parse-condition.ts";

/** The string condition with each rule under its own word. */
export function matchOf(condition: string, members: readonly Member[]): string | { readonly fault: string } {
  const wordOf = new Map(
    members.flatMap(({ word, reference, entry }) => [reference, ...entry.names].map((name) => [name, word])),
  );
  const tokens = condition.match(/[()]|[^\s()]+/g) ?? [];
  const words = tokens.map((token) =>
    /^(?:and|or|not|[()])$/i.test(token) ? token.toLowerCase() : wordOf.get(token),
  );
  const at = words.indexOf(undefined);
  if (at < 0) return words.join(" ");
  return {
    fault: `"${tokens[at]}" is not among the rules: ${members.map((each) => each.reference).join(", ")}`,
  };
}

/** Whether the condition says no more than that every rule is there. */
export function wantsAll(condition: string | CorrelationBounds, members: readonly Member[]): boolean {
  if (typeof condition !== "string") {
    const [only, ...others] = Object.entries(condition);
    const asked = only === undefined ? Number.NaN : only[0] === "gt" ? Number(only[1]) + 1 : only[1];
    return others.length === 0 && ["gt", "gte", "eq"].includes(only![0]) && asked === members.length;
  }
  const tree = parseCondition(
    condition,
    members.flatMap(({ entry }) => entry.names),
  );
  if ("fault" in tree) return false;
  const parts = tree.kind === "and" ? tree.parts : [tree];
  const named = parts.map((part) =>
    part.kind === "name" ? members.findIndex(({ entry }) => entry.names.includes(part.name)) : -1,
  );
  return !named.includes(-1) && new Set(named).size === members.length;
}
