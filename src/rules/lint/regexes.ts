/** The regular expressions of a rule, with their places. */
import type { FaultPath } from "../yaml-documents.ts";
import type { Source } from "./lint.ts";
import { conditionsOf, itemsOf, wheresOf } from "./rule-parts.ts";

export interface PlacedRegex {
  readonly path: FaultPath;
  readonly pattern: string;
  readonly flags: string;
}

export function regexesOf(source: Source): readonly PlacedRegex[] {
  const inWheres = wheresOf(source)
    .flatMap(itemsOf)
    .filter(({ key }) => key.comparison === "re" && !key.expand)
    .flatMap(({ key, values }) =>
      values.map(({ path, value }) => ({ path, pattern: String(value), flags: key.flags })),
    );
  const ofConditions = conditionsOf(source)
    .filter(({ value }) => value.type === "pattern_match" && typeof value.pattern === "string")
    .map(({ path, value }) => ({
      path: [...path, "pattern"],
      pattern: value.pattern as string,
      flags: value.ignore_case === true ? "i" : "",
    }));
  return [...inWheres, ...ofConditions];
}
