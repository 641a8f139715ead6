/** The parts of a rule's source that lints look at, each with its place in the document. */
import { type ItemKey, keywordKey, parseKey } from "../predicate/modifiers.ts";
import type { FaultPath } from "../yaml-documents.ts";
import type { Source } from "./lint.ts";

export interface Part<T> {
  readonly path: FaultPath;
  readonly value: T;
}

export interface Item {
  readonly path: FaultPath;
  readonly key: ItemKey;
  readonly values: readonly Part<unknown>[];
}

/** In the order of the compiled rule's conditions. */
export function conditionsOf({ conditions }: Source): readonly Part<Source>[] {
  return entriesOf(conditions)
    .filter((entry): entry is [string | number, Source] => isMap(entry[1]))
    .map(([key, value]) => ({ path: ["conditions", key], value }));
}

/** What one condition demands of an event, all together, besides the rule's own `where`. */
export function demandsOf({ path, value: condition }: Part<Source>): readonly Part<unknown>[] {
  const demands: Part<unknown>[] = [];
  if (condition.where !== undefined) demands.push({ path: [...path, "where"], value: condition.where });
  if ("value" in condition && typeof condition.field === "string") {
    demands.push({ path: [...path, "value"], value: { [condition.field]: condition.value } });
  }
  return demands;
}

/** Steps of a sequence that an event fills; a bare text is a type. */
export function stepsOf({ path, value: { sequence } }: Part<Source>): readonly Part<unknown>[] {
  return entriesOf(sequence).flatMap(([index, step]) => {
    const at = [...path, "sequence", index];
    if (typeof step === "string") return [{ path: at, value: { type: step } }];
    return isMap(step) && "where" in step ? [{ path: [...at, "where"], value: step.where }] : [];
  });
}

/** What a sequence looks out for and does not want. */
export function unwantedOf({ path, value: { sequence, until } }: Part<Source>): readonly Part<unknown>[] {
  const parts = entriesOf(sequence).flatMap(([index, step]) =>
    isMap(step) && isMap(step.not)
      ? [{ path: [...path, "sequence", index, "not", "where"], value: step.not.where }]
      : [],
  );
  if (isMap(until)) parts.push({ path: [...path, "until", "where"], value: until.where });
  return parts.filter(({ value }) => value !== undefined);
}

/** Every predicate of the rule. */
export function wheresOf(source: Source): readonly Part<unknown>[] {
  const conditions = conditionsOf(source).flatMap((part) => [
    ...demandsOf(part),
    ...stepsOf(part),
    ...unwantedOf(part),
  ]);
  const except = entriesOf(source.except).map(([index, value]) => ({ path: ["except", index], value }));
  const common = source.where === undefined ? [] : [{ path: ["where"], value: source.where }];
  return [...common, ...conditions, ...except];
}

/** The items of a predicate, at any depth. */
export function itemsOf({ path, value }: Part<unknown>): readonly Item[] {
  if (Array.isArray(value)) {
    const [maps, words] = [entriesOf(value).filter(([, each]) => isMap(each)), entriesOf(value)];
    const keywords = words
      .filter(([, each]) => !isMap(each))
      .map(([index, each]) => ({ path: [...path, index], value: each }));
    const nested = maps.flatMap(([index, each]) => itemsOf({ path: [...path, index], value: each }));
    return keywords.length === 0 ? nested : [{ path, key: keywordKey, values: keywords }, ...nested];
  }
  if (!isMap(value)) return [{ path, key: keywordKey, values: [{ path, value }] }];
  return Object.entries(value).flatMap(([text, demanded]) => {
    const key = parseKey(text);
    if ("fault" in key) return [];
    const at = endsInSugar(path) ? path : [...path, text];
    const values = Array.isArray(demanded)
      ? demanded.map((each: unknown, index) => ({ path: [...at, index], value: each }))
      : [{ path: at, value: demanded }];
    return [{ path: at, key, values }];
  });
}

/** `value` beside `field`, and a bare step: the map around them is not in the document. */
function endsInSugar(path: FaultPath): boolean {
  return path.at(-1) === "value" || path.at(-2) === "sequence";
}

export function isMap(value: unknown): value is Source {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function entriesOf(value: unknown): readonly [string | number, unknown][] {
  if (Array.isArray(value)) return [...value.entries()];
  return isMap(value) ? Object.entries(value) : [];
}
