/** Conditions of correlations that compare a number: `{ gte: 5, lt: 10, field: user }`. */
import type { Operator } from "../operator.ts";
import {
  type CorrelationBounds,
  type CorrelationDocument,
  type CorrelationOperator,
  correlationOperators,
} from "./documents.ts";

const nativeOperators: Readonly<Record<CorrelationOperator, Operator>> = {
  gt: ">",
  gte: ">=",
  lt: "<",
  lte: "<=",
  eq: "==",
  neq: "!=",
};

/** One comparison, or two for a range; null: another number of operators. */
export function comparisons(
  bounds: CorrelationBounds,
): readonly { readonly operator: Operator; readonly threshold: number }[] | null {
  const found = correlationOperators.flatMap((name) => {
    const threshold = bounds[name];
    return threshold === undefined ? [] : [{ operator: nativeOperators[name], threshold }];
  });
  return found.length === 1 || found.length === 2 ? found : null;
}

/** Why the type cannot have what the condition says beside its operators; null: it can. */
export function strayKey(
  type: CorrelationDocument["correlation"]["type"],
  { field, percentile }: CorrelationBounds,
): string | null {
  if (percentile !== undefined && type !== "value_percentile") return `${type} has no percentile`;
  if (!type.startsWith("value_")) return field === undefined ? null : `${type} counts no field`;
  if (field === undefined) return `${type} needs a field`;
  if (typeof field !== "string" && type !== "value_count") return `${type} takes one field`;
  return null;
}
