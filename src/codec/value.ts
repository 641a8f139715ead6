/**
 * `details` and `enrichment` between JSON and Avro. Avro has no type that is "any JSON"; ours is a union of null,
 * boolean, double, string, and lists and maps of `Value`, a record around such a union. So the values of a flat map are
 * the same in both, and only what is inside a list or an inner map is wrapped; from there on a map is a list of
 * `Entry`, because an Avro map that holds itself makes registries fail (Apicurio issue 7023).
 */
import type { JsonMap, JsonValue } from "../events/security-event.ts";

type Scalar = null | boolean | number | string;
interface Value {
  readonly value: Scalar | readonly Value[] | Entries;
}
interface Entries {
  readonly entries: readonly { readonly key: string; readonly value: Value }[];
}
/** A value directly inside `details` or `enrichment`. */
type Outer = Scalar | readonly Value[] | Values<Value>;
type Values<V> = { readonly [key: string]: V };

export type AvroValues = Values<Outer>;

export function wrapValues(values: JsonMap): AvroValues {
  return isFlat(values) ? (values as AvroValues) : eachOf(values, wrapOuter);
}

export function unwrapValues(values: AvroValues): JsonMap {
  return isFlat(values) ? (values as JsonMap) : eachOf(values, unwrapOuter);
}

function wrapOuter(value: JsonValue): Outer {
  if (isScalar(value)) return value;
  return isList(value) ? value.map(wrap) : eachOf(value, wrap);
}

function wrap(value: JsonValue): Value {
  if (isScalar(value)) return { value };
  if (isList(value)) return { value: value.map(wrap) };
  return { value: { entries: Object.entries(value).map(([key, item]) => ({ key, value: wrap(item) })) } };
}

function unwrapOuter(value: Outer): JsonValue {
  if (isScalar(value)) return value;
  return isList(value) ? value.map(unwrap) : eachOf(value, unwrap);
}

function unwrap({ value }: Value): JsonValue {
  if (isScalar(value)) return value;
  if (isList(value)) return value.map(unwrap);
  const map: Record<string, JsonValue> = {};
  for (const entry of value.entries) put(map, entry.key, unwrap(entry.value));
  return map;
}

function isScalar(value: unknown): value is Scalar {
  return typeof value !== "object" || value === null;
}

function isList<T>(value: readonly T[] | object): value is readonly T[] {
  return Array.isArray(value);
}

function isFlat(values: object): boolean {
  for (const key in values) {
    if (!isScalar((values as Values<unknown>)[key])) return false;
  }
  return true;
}

function eachOf<A, B>(values: Values<A>, change: (value: A) => B): Values<B> {
  const changed: Record<string, B> = {};
  for (const key of Object.keys(values)) put(changed, key, change(values[key] as A));
  return changed;
}

/** A key `__proto__` is left out: avsc would make it the prototype of the map it reads. */
function put<V>(map: Record<string, V>, key: string, value: V): void {
  if (key !== "__proto__") map[key] = value;
}
