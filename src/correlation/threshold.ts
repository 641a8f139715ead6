/**
 * `threshold`: an aggregate of a numeric field compares with a number. `any` (the default) asks for one event whose own
 * value compares; `sum` adds what is not negative, so that more events can only help.
 */
import { z } from "zod";
import { compilePath } from "../events/field-path.ts";
import { numberOf } from "../events/number.ts";
import type { SecurityEvent } from "../events/security-event.ts";
import {
  type Condition,
  type ConditionMark,
  type ConditionType,
  relevance,
  type Span,
  type Tally,
  type TermKind,
} from "../rules/condition-type.ts";
import {
  comparison,
  growsTrue,
  kindOfCount,
  type Operator,
  operatorSchema,
  printed,
} from "../rules/operator.ts";
import { newest } from "./span.ts";

const aggregates = ["any", "sum", "avg", "min", "max", "median", "percentile"] as const;
type Aggregate = (typeof aggregates)[number];

const options = z.strictObject({
  field: z.string().min(1),
  aggregate: z.enum(aggregates).default("any"),
  percentile: z.number().min(0).max(100).optional(),
  operator: operatorSchema.default(">="),
  threshold: z.number().default(1),
  min_count: z.number().int().positive().default(1),
});

export const threshold: ConditionType<z.infer<typeof options>> = {
  type: "threshold",
  doc: "An aggregate of a numeric field compares with threshold.",
  example: '{ type: threshold, where: { type: EVENT_TYPE }, field: cpu_usage, operator: ">", threshold: 80 }',
  options,
  compile({ field, aggregate, percentile, operator, threshold: limit, min_count: minCount }, context) {
    if (percentile !== undefined && aggregate !== "percentile") {
      context.fault(["percentile"], "bad-value", "percentile goes with aggregate: percentile");
      return null;
    }
    const { predicate } = context;
    const numberIn = numbersOf(field);
    const compare = comparison(operator);
    const compares = (value: number): boolean => compare(value, limit);
    const aggregated = (span: Span): number =>
      aggregate === "median" || aggregate === "percentile"
        ? percentileOf(span, aggregate === "median" ? 50 : (percentile ?? 50))
        : aggregateOf(aggregate, span);

    const condition: Condition = {
      name: context.name,
      type: "threshold",
      kind: kindOf(aggregate, operator),
      operator,
      threshold: limit,
      ...relevance(predicate, [field]),
      longestMark: () => 24,
      mark: (event) => {
        if (predicate !== null && !predicate.test(event)) return undefined;
        const value = numberIn(event, aggregate === "any" ? compares : null);
        return value;
      },
      holds: (span) => {
        if (span.end - span.start < minCount) return false;
        if (aggregate === "any") return true;
        return compares(aggregated(span));
      },
      half: (span) => span.end - span.start >= minCount && aggregated(span) >= limit,
      measure: (span) => (span.end === span.start ? "none" : String(aggregated(span))),
      phrase: (value) =>
        `${aggregate === "any" ? "" : `${aggregate} of `}${field} ${value} (${printed(operator, limit)})`,
    };
    if (aggregate === "sum" && !growsTrue(operator)) {
      const reached = comparison(operator === "<" ? ">=" : ">");
      return { ...condition, beyond: (span) => reached(aggregateOf(aggregate, span), limit) };
    }
    if (aggregate === "any") return { ...condition, keep: (span) => newest(span, minCount) };
    if (aggregate === "sum" && growsTrue(operator) && minCount === 1) {
      return {
        ...condition,
        merge: (marks) => positiveSum(marks as readonly number[]),
        tally: () => sumTally(compares),
      };
    }
    if (condition.kind === "helped")
      return { ...condition, keep: (span) => extreme(span, minCount, compares) };
    return condition;
  },
};

function kindOf(aggregate: Aggregate, operator: Operator): TermKind {
  switch (aggregate) {
    case "any":
      return "helped";
    case "sum":
      return kindOfCount(operator);
    case "max":
      return growsTrue(operator) ? "helped" : "settled";
    case "min":
      return operator === "<" || operator === "<=" ? "helped" : "settled";
    case "avg":
    case "median":
    case "percentile":
      return "settled";
  }
}

function positiveSum(values: readonly number[]): number {
  return values.reduce((sum, value) => (value > 0 ? sum + value : sum), 0);
}

/** Of `max` with > and `min` with <: the newest value that compares, and as many of the newest as there must be. */
function extreme(span: Span, minCount: number, compares: (value: number) => boolean): ReadonlySet<number> {
  const kept = new Set(newest(span, minCount));
  for (let index = span.end - 1; index >= span.start; index -= 1) {
    if (compares(span.marks[index] as number)) return kept.add(index);
  }
  return kept;
}

/** The field as a number; of a list the first element that is one (and passes `wanted`). */
function numbersOf(
  field: string,
): (event: SecurityEvent, wanted: ((value: number) => boolean) | null) => number | undefined {
  const path = compilePath(field);
  return (event, wanted) => {
    const value = path(event);
    if (value === undefined) return undefined;
    for (const element of Array.isArray(value) ? value : [value]) {
      const number = numberOf(element);
      if (number !== undefined && (wanted === null || wanted(number))) return number;
    }
    return undefined;
  };
}

/** Linear interpolation at rank p·(n−1) of the sorted values; of a span that is not empty. */
function percentileOf({ marks, start, end }: Span, percentile: number): number {
  const values = (marks.slice(start, end) as number[]).sort((a, b) => a - b);
  const rank = (percentile / 100) * (values.length - 1);
  const below = Math.floor(rank);
  const low = values[below]!;
  const high = values[Math.min(below + 1, values.length - 1)]!;
  return low + (high - low) * (rank - below);
}

/** Of a span that is not empty; `any` gives the newest value. */
function aggregateOf(
  aggregate: Exclude<Aggregate, "median" | "percentile">,
  { marks, start, end }: Span,
): number {
  if (aggregate === "any") return marks[end - 1] as number;
  let sum = 0;
  let positive = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let index = start; index < end; index += 1) {
    const value = marks[index] as number;
    sum += value;
    if (value > 0) positive += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (aggregate === "sum") return positive;
  if (aggregate === "avg") return sum / (end - start);
  return aggregate === "min" ? min : max;
}

/** The sum of what is positive, never less than any span's: what adding and taking away may have rounded off is added. */
function sumTally(suffices: (sum: number) => boolean): Tally {
  let sum = 0;
  let rounded = 0;
  const change = (mark: ConditionMark, sign: number): void => {
    if (!((mark as number) > 0)) return;
    rounded += Number.EPSILON * (Math.abs(sum) + (mark as number));
    sum += sign * (mark as number);
  };
  return {
    add: (mark) => change(mark, 1),
    remove: (mark) => change(mark, -1),
    // A sum that is no number any more (infinity less infinity) says nothing.
    mayHold: () => !Number.isFinite(sum) || suffices(sum + 2 * rounded),
  };
}
