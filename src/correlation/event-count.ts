/** `event_count`: the number of distinct relevant events in the window compares with a threshold. */
import { z } from "zod";
import { type ConditionType, relevance, type Span, type Tally } from "../rules/condition-type.ts";
import { comparison, growsTrue, kindOfCount, operatorSchema, printed } from "../rules/operator.ts";
import { newest } from "./span.ts";

const options = z.strictObject({
  field: z.string().optional(),
  operator: operatorSchema.default(">="),
  threshold: z.number().int().nonnegative().default(1),
});

export const eventCount: ConditionType<z.infer<typeof options>> = {
  type: "event_count",
  doc: "The number of distinct relevant events in the window compares with threshold.",
  example: '{ type: event_count, where: { type: EVENT_TYPE }, operator: ">=", threshold: 5 }',
  options,
  compile({ operator, threshold }, context) {
    const { predicate } = context;
    if (predicate === null) {
      context.fault(
        [],
        "where-missing",
        "event_count needs where, or field and value: it counts what matches",
      );
      return null;
    }
    const compare = comparison(operator);
    const needed = operator === ">" ? threshold + 1 : Math.max(threshold, 1);
    return {
      name: context.name,
      type: "event_count",
      kind: kindOfCount(operator),
      operator,
      threshold,
      ...relevance(predicate),
      longestMark: () => 2,
      mark: (event) => (predicate.test(event) ? 1 : undefined),
      holds: (span) => compare(span.end - span.start, threshold),
      measure: (span) => String(span.end - span.start),
      phrase: (value) => `${value} × ${context.name} (${printed(operator, threshold)})`,
      half: (span) => span.end - span.start >= threshold,
      ...(growsTrue(operator)
        ? {
            keep: (span: Span) => newest(span, needed),
            tally: () => countTally((count) => compare(count, threshold)),
          }
        : {}),
    };
  },
};

function countTally(suffices: (count: number) => boolean): Tally {
  let count = 0;
  return {
    add: () => {
      count += 1;
    },
    remove: () => {
      count -= 1;
    },
    mayHold: () => suffices(count),
  };
}
