/**
 * `details` and `enrichment` between JSON and Avro. Avro has no type that is "any JSON"; ours is a union of null,
 * boolean, double, string, and lists and maps of `Value`, a record around that same union. So the values of a flat map
 * are the same in both, and only what is inside a list or an inner map is wrapped.
 */
import type { JsonMap, JsonValue } from "../events/security-event.ts";

interface Value {
  readonly value: AvroValue;
}
export type AvroValue =
  | null
  | boolean
  | number
  | string
  | readonly Value[]
  | { readonly [key: string]: Value };

export function wrapValues(values: JsonMap): { readonly [key: string]: AvroValue } {
  return isFlat(values) ? (values as { [key: string]: AvroValue }) : eachOf(values, wrap);
}

export function unwrapValues(values: { readonly [key: string]: AvroValue }): JsonMap {
  return isFlat(values) ? (values as JsonMap) : eachOf(values, unwrap);
}

function wrap(value: JsonValue): AvroValue {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item: JsonValue) => ({ value: wrap(item) }));
  return eachOf(value as JsonMap, (item) => ({ value: wrap(item) }));
}

function unwrap(value: AvroValue): JsonValue {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item: Value) => unwrap(item.value));
  return eachOf(value as { readonly [key: string]: Value }, (item) => unwrap(item.value));
}

function isFlat(values: object): boolean {
  for (const key in values) {
    const value = (values as Record<string, unknown>)[key];
    if (typeof value === "object" && value !== null) return false;
  }
  return true;
}

/** A key `__proto__` is left out: avsc would make it the prototype of the map it reads. */
function eachOf<A, B>(values: { readonly [key: string]: A }, change: (value: A) => B): { [key: string]: B } {
  const changed: { [key: string]: B } = {};
  for (const key of Object.keys(values)) {
    if (key !== "__proto__") changed[key] = change(values[key] as A);
  }
  return changed;
}
