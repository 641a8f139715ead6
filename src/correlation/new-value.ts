/**
 * `new_value`: a value that the group has not shown for `lookback`. A group younger than `warmup`, counted from its first
 * relevant event, is silent; so is one whose memory of values overflowed. A group that shows nothing at all for as long
 * as `lookback` and the window, and for seven days at least, is forgotten and begins anew.
 */
import { z } from "zod";
import { formatDuration } from "../events/duration.ts";
import { type ConditionMark, type ConditionType, relevance, type Span } from "../rules/condition-type.ts";
import { valuesOf } from "./unique-count.ts";

const options = z.strictObject({
  field: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
  lookback: z.string().default("30d"),
  warmup: z.string().default("1d"),
});

export const newValue: ConditionType<z.infer<typeof options>> = {
  type: "new_value",
  doc: "A value of field that this group has not shown within lookback.",
  example: "{ type: new_value, where: { type: EVENT_TYPE }, field: image, lookback: 7d, warmup: 1d }",
  options,
  compile({ field, lookback, warmup }, context) {
    const back = context.duration(["lookback"], lookback);
    const warm = context.duration(["warmup"], warmup);
    if (back === null || warm === null) return null;
    const { predicate } = context;
    const fields = typeof field === "string" ? [field] : field;
    const values = valuesOf(fields);
    return {
      name: context.name,
      type: "new_value",
      kind: "settled",
      operator: null,
      threshold: null,
      ...relevance(predicate, fields),
      lookback: back,
      wantsHistory: true,
      longestMark: (longest) => fields.length * longest,
      mark: (event) => (predicate === null || predicate.test(event) ? values(event) : undefined),
      holds: (span, { t, since, saturated }) =>
        !saturated && since !== null && t - since >= warm && newAt(span, t, back).length > 0,
      measure: (span, { t, saturated }) => (saturated ? "overflowed" : (newAt(span, t, back)[0] ?? "none")),
      explain: (_span, { t, since, saturated }) => {
        if (saturated) return "the group's memory of values overflowed";
        const age = since === null ? 0 : t - since;
        return age < warm
          ? `the group is ${formatDuration(age)} old, warmup is ${formatDuration(warm)}`
          : null;
      },
      phrase: (value) => `${fields.join(" + ")} "${value}" is new`,
      keep: newestOfEach,
    };
  },
};

/** The values at `t` that do not occur in [t − lookback, t). */
function newAt({ times, marks, start, end }: Span, t: number, lookback: number): readonly string[] {
  const now = new Set<string>();
  let index = end - 1;
  for (; index >= start && times[index] === t; index -= 1)
    for (const value of textsOf(marks[index]!)) now.add(value);
  for (; index >= start && now.size > 0 && times[index]! >= t - lookback; index -= 1) {
    for (const value of textsOf(marks[index]!)) now.delete(value);
  }
  return [...now];
}

function newestOfEach({ marks, start, end }: Span): ReadonlySet<number> {
  const seen = new Set<string>();
  const kept = new Set<number>();
  for (let index = end - 1; index >= start; index -= 1) {
    for (const value of textsOf(marks[index]!)) {
      if (seen.has(value)) continue;
      seen.add(value);
      kept.add(index);
    }
  }
  return kept;
}

function textsOf(mark: ConditionMark): readonly string[] {
  return typeof mark === "string" ? [mark] : (mark as readonly string[]);
}
