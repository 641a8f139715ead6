/**
 * Questions that cost much of every event: keywords with a wildcard in front, regular expressions without any literal
 * text, and conditions that neither a type nor the mere presence of a field keeps from most events.
 */
import type { Lint, Report, Source } from "./lint.ts";
import { regexesOf } from "./regexes.ts";
import { isAnchored, longestLiteral } from "./required-literal.ts";
import {
  conditionsOf,
  demandsOf,
  type Item,
  isMap,
  itemsOf,
  type Part,
  stepsOf,
  wheresOf,
} from "./rule-parts.ts";

const shortest = 2;

export const expensivePredicate: Lint = {
  code: "expensive-predicate",
  summary: "A predicate costs much and is asked of many events.",
  check({ rule, source }, report) {
    for (const item of wheresOf(source).flatMap(itemsOf)) checkKeywords(item, report);
    for (const { path, pattern } of regexesOf(source)) {
      if (isAnchored(pattern) || longestLiteral(pattern).length >= shortest) continue;
      report(path, `"${pattern}" is not anchored and holds no literal text: each value is searched through`);
    }
    for (const [index, part] of conditionsOf(source).entries()) {
      const condition = rule.conditions[index];
      if (condition === undefined || condition.kind === "instant" || condition.types !== null) continue;
      if (!isGuarded(part, source)) {
        report(part.path, "no type and no field that must be there: every event is asked");
      }
    }
  },
};

function checkKeywords({ key, values }: Item, report: Report): void {
  if (key.field !== "" || key.comparison === "re") return;
  for (const { path, value } of values) {
    if (typeof value !== "string" || !/^[*?]/.test(value)) continue;
    report(
      path,
      `"${value}" begins with a wildcard: a keyword is sought anywhere already, and this tries every place`,
    );
  }
}

/** Whether an event without some field is turned away at once. */
function isGuarded(part: Part<Source>, source: Source): boolean {
  // A field of its own must be there; one beside `value` is part of what is demanded.
  if (part.value.field !== undefined && !("value" in part.value)) return true;
  if (source.where !== undefined && turnsAway(source.where)) return true;
  if (demandsOf(part).some(({ value }) => turnsAway(value))) return true;
  const steps = stepsOf(part);
  return steps.length > 0 && steps.every(({ value }) => turnsAway(value));
}

function turnsAway(where: unknown): boolean {
  if (Array.isArray(where)) return where.every(turnsAway);
  if (!isMap(where)) return false;
  return itemsOf({ path: [], value: where }).some(
    ({ key, values }) =>
      key.field !== "" &&
      !key.neq &&
      values.every(({ value }) => value !== null && value !== "" && value !== false),
  );
}
