/**
 * A condition that can never hold: its predicates exclude each other by type, no count is below zero, or it asks for more
 * events than a group keeps.
 */

import type { Condition } from "../condition-type.ts";
import { type Operator, printed } from "../operator.ts";
import { allOf, compilePredicate, type Predicate } from "../predicate/compile-predicate.ts";
import { intervalOf, meet } from "./interval.ts";
import type { Lint, LintContext, Source } from "./lint.ts";
import { conditionsOf, demandsOf, type Part, stepsOf } from "./rule-parts.ts";

const counts: ReadonlySet<string> = new Set(["event_count", "unique_count"]);
const fromZero = intervalOf(">=", 0);

export const unreachableCondition: Lint = {
  code: "unreachable-condition",
  summary: "A condition can never hold.",
  check({ rule, source }, report, context) {
    for (const [index, part] of conditionsOf(source).entries()) {
      const condition = rule.conditions[index];
      if (condition === undefined) continue;
      const excluded = excludedPlace(part, source, context);
      if (excluded !== null) report(excluded, "no event can match: the types it asks for exclude each other");
      const reason = impossibleCount(condition, context);
      if (reason !== null) report(part.path, reason);
    }
  },
};

/** Where types exclude each other; null: nowhere. */
function excludedPlace(
  part: Part<Source>,
  source: Source,
  context: LintContext,
): Part<unknown>["path"] | null {
  const common = source.where === undefined ? [] : [source.where];
  const own = demandsOf(part);
  const demanded = [...common, ...own.map(({ value }) => value)];
  if (isNever(demanded, context)) return own.at(-1)?.path ?? part.path;
  const step = stepsOf(part).find(({ value }) => isNever([...demanded, value], context));
  return step?.path ?? null;
}

function isNever(wheres: readonly unknown[], { lists }: LintContext): boolean {
  const predicates: Predicate[] = [];
  for (const where of wheres) {
    const compiled = compilePredicate(where, { lists });
    if ("faults" in compiled) return false;
    predicates.push(compiled.predicate);
  }
  return allOf(predicates).types?.length === 0;
}

function impossibleCount(condition: Condition, { maxEvents }: LintContext): string | null {
  const { type, operator, threshold } = condition;
  if (!counts.has(type) || operator === null || threshold === null) return null;
  const comparison = operator as Operator;
  const asked = printed(comparison, threshold);
  if (!meet(intervalOf(comparison, threshold), fromZero, true)) return `no count is ${asked}`;
  const needed = comparison === ">" ? threshold + 1 : threshold;
  return [">", ">=", "=="].includes(comparison) && needed > maxEvents
    ? `${asked} needs ${needed} events: a group keeps ${maxEvents} (state.max_events)`
    : null;
}
