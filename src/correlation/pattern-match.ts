/** `pattern_match`: some event's field matches an RE2 pattern, anywhere in it. */
import { z } from "zod";
import { compilePath } from "../events/field-path.ts";
import { textOf } from "../events/text.ts";
import { type ConditionType, relevance } from "../rules/condition-type.ts";
import { compileRegex } from "../rules/predicate/regex.ts";
import { newest } from "./span.ts";

const options = z.strictObject({
  field: z.string().min(1),
  pattern: z.string().min(1),
  ignore_case: z.boolean().default(false),
});

export const patternMatch: ConditionType<z.infer<typeof options>> = {
  type: "pattern_match",
  doc: "Some event's field matches an RE2 pattern, anywhere in it.",
  example: '{ type: pattern_match, where: { type: EVENT_TYPE }, field: process_name, pattern: "PATTERN" }',
  options,
  compile({ field, pattern, ignore_case: ignoreCase }, context) {
    const regex = compileRegex(pattern, ignoreCase ? "i" : "");
    if ("fault" in regex) {
      context.fault(["pattern"], "bad-regex", regex.fault);
      return null;
    }
    const { predicate } = context;
    const path = compilePath(field);
    return {
      name: context.name,
      type: "pattern_match",
      kind: "helped",
      operator: null,
      threshold: null,
      ...relevance(predicate, [field]),
      mark: (event) => {
        const value = path(event);
        if (value === undefined) return undefined;
        for (const element of Array.isArray(value) ? value : [value]) {
          const text = textOf(element);
          if (text !== undefined && regex.test(text)) {
            return predicate === null || predicate.test(event) ? text : undefined;
          }
        }
        return undefined;
      },
      holds: (span) => span.end > span.start,
      measure: (span) => (span.end > span.start ? String(span.marks[span.end - 1]) : "none"),
      phrase: (value) => `${field} "${value}" matches ${pattern}`,
      keep: (span) => newest(span, 1),
    };
  },
};
