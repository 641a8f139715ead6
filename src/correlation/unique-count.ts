/** `unique_count`: the number of distinct values of a field (tuples for a list of fields) compares with a threshold. */
import { z } from "zod";
import { compilePath } from "../events/field-path.ts";
import type { SecurityEvent } from "../events/security-event.ts";
import { textOf } from "../events/text.ts";
import {
  type ConditionMark,
  type ConditionType,
  relevance,
  type Span,
  type Tally,
} from "../rules/condition-type.ts";
import { comparison, growsTrue, kindOfCount, operatorSchema, printed } from "../rules/operator.ts";

const options = z.strictObject({
  field: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
  operator: operatorSchema.default(">="),
  threshold: z.number().int().nonnegative().default(1),
});

export const uniqueCount: ConditionType<z.infer<typeof options>> = {
  type: "unique_count",
  doc: "The number of distinct values of field (tuples for a list of fields) compares with threshold.",
  example:
    '{ type: unique_count, where: { type: EVENT_TYPE }, field: dst_ip, operator: ">=", threshold: 10 }',
  options,
  compile({ field, operator, threshold }, context) {
    const { predicate } = context;
    const fields = typeof field === "string" ? [field] : field;
    const values = valuesOf(fields);
    const compare = comparison(operator);
    /** Once so many values are there, more change nothing. */
    const enough = operator === ">=" ? threshold : threshold + 1;
    return {
      name: context.name,
      type: "unique_count",
      kind: kindOfCount(operator),
      operator,
      threshold,
      ...relevance(predicate, fields),
      mark: (event) => (predicate === null || predicate.test(event) ? values(event) : undefined),
      holds: (span) => compare(distinct(span, enough), threshold),
      half: (span) => distinct(span, threshold) >= threshold,
      longestMark: (longest) => fields.length * longest,
      measure: (span) => String(distinct(span, Number.POSITIVE_INFINITY)),
      phrase: (value) => `${value} distinct ${fields.join(" + ")} (${printed(operator, threshold)})`,
      ...(growsTrue(operator)
        ? {
            keep: (span: Span) => newestOfEachValue(span, Math.max(enough, 1)),
            tally: () => valueTally((values) => compare(values, threshold)),
          }
        : {}),
    };
  },
};

/** One text, or several where the field holds a list; undefined where a field is absent. */
export function valuesOf(fields: readonly string[]): (event: SecurityEvent) => ConditionMark | undefined {
  const paths = fields.map(compilePath);
  if (paths.length === 1) {
    const path = paths[0]!;
    return (event) => {
      const texts = textsOf(path(event));
      if (texts === undefined || texts.length === 0) return undefined;
      return texts.length === 1 ? texts[0]! : texts;
    };
  }
  return (event) => {
    let tuples: string[][] = [[]];
    for (const path of paths) {
      const texts = textsOf(path(event));
      if (texts === undefined || texts.length === 0) return undefined;
      tuples = tuples.flatMap((tuple) => texts.map((text) => [...tuple, text]));
    }
    const keys = tuples.map((tuple) => JSON.stringify(tuple));
    return keys.length === 1 ? keys[0]! : keys;
  };
}

function textsOf(value: ReturnType<ReturnType<typeof compilePath>>): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) {
    const text = textOf(value);
    return text === undefined ? undefined : [text];
  }
  return [...new Set(value.map(textOf).filter((text) => text !== undefined))];
}

/** Distinct values in the span, counted from the newest, up to `enough`. */
function distinct(span: Span, enough: number): number {
  const seen = new Set<string>();
  for (let index = span.end - 1; index >= span.start && seen.size < enough; index -= 1) {
    addAll(seen, span.marks[index]!);
  }
  return seen.size;
}

function newestOfEachValue(span: Span, count: number): ReadonlySet<number> {
  const seen = new Set<string>();
  const kept = new Set<number>();
  for (let index = span.end - 1; index >= span.start && seen.size < count; index -= 1) {
    const before = seen.size;
    addAll(seen, span.marks[index]!);
    if (seen.size > before) kept.add(index);
  }
  return kept;
}

function addAll(seen: Set<string>, mark: ConditionMark): void {
  if (typeof mark === "string") seen.add(mark);
  else for (const text of mark as readonly string[]) seen.add(text);
}

/** How often each value is there. */
function valueTally(suffices: (values: number) => boolean): Tally {
  const times = new Map<string, number>();
  const change = (text: string, by: number): void => {
    const count = (times.get(text) ?? 0) + by;
    if (count === 0) times.delete(text);
    else times.set(text, count);
  };
  const changeAll = (mark: ConditionMark, by: number): void => {
    if (typeof mark === "string") change(mark, by);
    else for (const text of mark as readonly string[]) change(text, by);
  };
  return {
    add: (mark) => changeAll(mark, 1),
    remove: (mark) => changeAll(mark, -1),
    mayHold: () => suffices(times.size),
  };
}
