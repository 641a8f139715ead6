/**
 * What a record says under a key, read with care: own properties only, and what is absent (null, `""`, `<NA>`) or of
 * another kind is null. Records are attacker-controlled: nothing here throws or recurses.
 */
import { isAbsent } from "../events/absent.ts";
import type { JsonMap, JsonValue } from "../events/security-event.ts";

export function valueAt(map: JsonMap, key: string): JsonValue {
  return Object.hasOwn(map, key) ? map[key]! : null;
}

export function textAt(map: JsonMap, key: string): string | null {
  const value = valueAt(map, key);
  return typeof value === "string" && !isAbsent(value) ? value : null;
}

/** Text or a number, as text: many producers write ids either way. */
export function wordAt(map: JsonMap, key: string): string | null {
  const value = valueAt(map, key);
  return typeof value === "number" ? String(value) : textAt(map, key);
}

/** Empty where there is none. */
export function mapAt(map: JsonMap, key: string): JsonMap {
  const value = valueAt(map, key);
  return isMap(value) ? value : {};
}

/** Empty where there is none. */
export function listAt(map: JsonMap, key: string): readonly JsonValue[] {
  const value = valueAt(map, key);
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

export function isMap(value: JsonValue | undefined): value is JsonMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An integer from 0 to `most`, as a number or as its decimal digits. */
export function wholeNumber(value: JsonValue | undefined, most = Number.MAX_SAFE_INTEGER): number | null {
  const number = typeof value === "string" && /^\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isInteger(number) && number >= 0 && number <= most
    ? number
    : null;
}

export function portOf(value: JsonValue | undefined): number | null {
  return wholeNumber(value, 65_535);
}

/** Without the keys whose value is absent. */
export function present(fields: Readonly<Record<string, JsonValue | undefined>>): JsonMap {
  const entries = Object.entries(fields).filter(([, value]) => !isAbsent(value));
  return Object.fromEntries(entries) as JsonMap;
}

/** `/usr/bin/cat` → `cat`. */
export function baseName(path: string | null): string | null {
  return path === null ? null : path.slice(path.lastIndexOf("/") + 1);
}

/** `details`: the plain names first, so that they stay where fields are cut, and before what the producer calls so. */
export function withPlainNames(own: JsonMap, plain: JsonMap): JsonMap {
  return { ...plain, ...own, ...plain };
}
