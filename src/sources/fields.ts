/**
 * Reads fields of JSON that somebody else wrote: each type checked, never an error, no recursion. What is missing, of
 * another type or absent (semantics §1: null, `""`, `<NA>`) reads as null, as an empty map or as an empty list.
 *
 * `…Of` reads a value; `…At` reads what lies at the end of a chain of keys, own ones only, as names may be anybody's choice.
 */
import { isAbsent } from "../events/absent.ts";
import { withoutScheme } from "../events/container-id.ts";
import type { JsonMap, JsonValue } from "../events/security-event.ts";

type Value = JsonValue | undefined;

const nothing: JsonMap = Object.freeze({});

export function isMap(value: Value): value is JsonMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value itself; undefined where the chain breaks. */
export function valueAt(value: Value, ...keys: readonly string[]): Value {
  let current = value;
  for (const key of keys) {
    if (!isMap(current) || !Object.hasOwn(current, key)) return undefined;
    current = current[key];
  }
  return current;
}

export function mapOf(value: Value): JsonMap {
  return isMap(value) ? value : nothing;
}

export function mapAt(value: Value, ...keys: readonly string[]): JsonMap {
  return mapOf(valueAt(value, ...keys));
}

export function listOf(value: Value): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

export function listAt(value: Value, ...keys: readonly string[]): readonly JsonValue[] {
  return listOf(valueAt(value, ...keys));
}

/** The maps of a list. */
export function mapsOf(value: Value): readonly JsonMap[] {
  return listOf(value).filter(isMap);
}

export function textOf(value: Value): string | null {
  return typeof value === "string" && value !== "" && value !== "<NA>" ? value : null;
}

export function textAt(value: Value, ...keys: readonly string[]): string | null {
  return textOf(valueAt(value, ...keys));
}

/** Text, or a finite number as text: producers differ in how they write ids. */
export function wordOf(value: Value): string | null {
  return typeof value === "number" && Number.isFinite(value) ? String(value) : textOf(value);
}

export function wordAt(value: Value, ...keys: readonly string[]): string | null {
  return wordOf(valueAt(value, ...keys));
}

/** The texts of a list, with repetitions. */
export function textsOf(value: Value): readonly string[] {
  return listOf(value).filter((each): each is string => textOf(each) !== null);
}

/** The texts among values, each once; the first hundred, so that a list cannot make what follows slow. */
export function distinctTexts(values: readonly Value[]): readonly string[] {
  const texts = new Set<string>();
  for (const value of values) {
    if (texts.size >= 100) break;
    const text = textOf(value);
    if (text !== null) texts.add(text);
  }
  return [...texts];
}

/** One value as itself, several as a list without repetitions, none as null. */
export function oneOrMany(texts: readonly string[]): JsonValue {
  const distinct = [...new Set(texts)];
  return distinct.length > 1 ? distinct : (distinct[0] ?? null);
}

/** A finite number, or the integer that up to 15 digits write. */
export function numberOf(value: Value): number | null {
  const number = typeof value === "string" && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
}

export function numberAt(value: Value, ...keys: readonly string[]): number | null {
  return numberOf(valueAt(value, ...keys));
}

/** A safe integer, as a number or as its digits: 64-bit integers come as text. */
export function integerOf(value: Value): number | null {
  const number = typeof value === "string" && /^-?\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) ? number : null;
}

/** A safe integer from 0, written either way. */
export function wholeNumberOf(value: Value): number | null {
  const integer = integerOf(value);
  return integer !== null && integer >= 0 ? integer : null;
}

export function portOf(value: Value): number | null {
  const port = wholeNumberOf(value);
  return port !== null && port <= 65_535 ? port : null;
}

/** Id of a user; the one that stands for none (-1, or 2^32 - 1) is null. */
export function userIdOf(value: Value): number | null {
  const id = wholeNumberOf(value);
  return id === 0xffff_ffff ? null : id;
}

/** `containerd://3f2a…` → `3f2a…`, at its full length; null for `host`, which is none. */
export function containerIdOf(value: Value): string | null {
  const id = textOf(withoutScheme(textOf(value) ?? ""));
  return id === "host" ? null : id;
}

/** Without the keys whose value is absent. */
export function present(fields: Readonly<Record<string, Value>>): JsonMap {
  const kept: Record<string, JsonValue> = {};
  for (const key in fields) {
    const value = fields[key];
    if (value !== undefined && value !== null && !isAbsent(value)) kept[key] = value;
  }
  return kept;
}

/** Without some keys. */
export function without(map: JsonMap, ...keys: readonly string[]): JsonMap {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key))) as JsonMap;
}
