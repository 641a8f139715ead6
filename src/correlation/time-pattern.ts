/** `time_pattern`: the instant being judged falls in a calendar pattern. No event is relevant to it by itself. */
import { z } from "zod";
import { timePatternSchema } from "../rules/calendar.ts";
import type { ConditionType } from "../rules/condition-type.ts";

const options = z.strictObject({
  pattern: z.union([z.string().min(1), timePatternSchema]),
});

export const timePattern: ConditionType<z.infer<typeof options>> = {
  type: "time_pattern",
  doc: "The instant that is judged falls in a calendar pattern.",
  example: "{ type: time_pattern, pattern: outside_business_hours }",
  instant: true,
  options,
  compile({ pattern }, context) {
    const matches = context.timePattern(["pattern"], pattern);
    if (matches === null) return null;
    const label = typeof pattern === "string" ? pattern.replaceAll("_", " ") : `in ${context.name}`;
    return {
      name: context.name,
      type: "time_pattern",
      kind: "instant",
      operator: null,
      threshold: null,
      types: [],
      longestMark: () => 5,
      mark: () => undefined,
      holds: (_span, { t }) => matches(t),
      measure: (_span, { t }) => new Date(t).toISOString(),
      phrase: (value) => `${label} (${value})`,
    };
  },
};
