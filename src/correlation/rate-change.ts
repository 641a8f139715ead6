/**
 * `rate_change`: the count of the window compares with `factor` times the count of the window before it. Silent until the
 * group has shown two windows of history, and while its window has overflowed; `min_count` is a floor.
 */
import { z } from "zod";
import { formatDuration } from "../events/duration.ts";
import { type ConditionType, relevance, type Span } from "../rules/condition-type.ts";
import { comparison, operatorSchema, printed } from "../rules/operator.ts";
import { lowerBound } from "./span.ts";

const options = z.strictObject({
  field: z.string().optional(),
  operator: operatorSchema.default(">="),
  factor: z.number().positive(),
  min_count: z.number().int().positive().default(1),
});

export const rateChange: ConditionType<z.infer<typeof options>> = {
  type: "rate_change",
  doc: "The count of the window compares with factor times the count of the window before.",
  example: "{ type: rate_change, where: { type: EVENT_TYPE }, factor: 3, min_count: 10 }",
  options,
  compile({ operator, factor, min_count: minCount }, context) {
    const { predicate, windowMs } = context;
    if (predicate === null) {
      context.fault(
        [],
        "where-missing",
        "rate_change needs where, or field and value: it counts what matches",
      );
      return null;
    }
    if (windowMs === 0) {
      context.fault([], "no-window", "rate_change compares two windows: window must be above 0s");
      return null;
    }
    const compare = comparison(operator);
    return {
      name: context.name,
      type: "rate_change",
      kind: "settled",
      operator,
      threshold: factor,
      ...relevance(predicate),
      lookback: windowMs,
      wantsHistory: true,
      longestMark: () => 2,
      mark: (event) => (predicate.test(event) ? 1 : undefined),
      holds: (span, { t, from, since, saturated }) => {
        // Of a window that overflowed the older count is too small: nothing can be said.
        if (saturated || since === null || t - since < 2 * windowMs) return false;
        const [now, before] = counts(span, from);
        return now >= minCount && compare(now, factor * before);
      },
      measure: (span, { from }) => counts(span, from).join(" after "),
      explain: (span, { t, from, since, saturated }) => {
        if (saturated) return "the window overflowed";
        const age = since === null ? 0 : t - since;
        const history = 2 * windowMs;
        if (age < history) return `${formatDuration(age)} of history, needs ${formatDuration(history)}`;
        const [now] = counts(span, from);
        return now < minCount ? `min_count is ${minCount}` : null;
      },
      phrase: (value) => `${value} × ${context.name} (${printed(operator, factor)} times as many)`,
    };
  },
};

/** Entries from `from` on, and before it. */
function counts({ times, start, end }: Span, from: number): readonly [now: number, before: number] {
  const first = Math.min(Math.max(lowerBound(times, from), start), end);
  return [end - first, first - start];
}
