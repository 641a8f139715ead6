/**
 * Reads fields out of JSON that somebody else wrote: own keys only, each type checked, never an error. What counts as
 * absent (semantics 1) is null here.
 */
import { isAbsent } from "../events/absent.ts";
import type { JsonMap, JsonValue } from "../events/security-event.ts";

type Value = JsonValue | undefined;

export function isMap(value: Value): value is JsonMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at the end of a chain of keys; undefined where it breaks. */
export function valueAt(value: Value, ...keys: readonly string[]): Value {
  let current = value;
  for (const key of keys) {
    if (!isMap(current) || !Object.hasOwn(current, key)) return undefined;
    current = current[key];
  }
  return current;
}

export function mapAt(value: Value, ...keys: readonly string[]): JsonMap | null {
  const found = valueAt(value, ...keys);
  return isMap(found) ? found : null;
}

/** Empty where there is none. */
export function listAt(value: Value, ...keys: readonly string[]): readonly JsonValue[] {
  const found = valueAt(value, ...keys);
  return Array.isArray(found) ? (found as readonly JsonValue[]) : [];
}

export function textAt(value: Value, ...keys: readonly string[]): string | null {
  const found = valueAt(value, ...keys);
  return typeof found === "string" && !isAbsent(found) ? found : null;
}

/** A finite number, also where it is written as text. */
export function numberAt(value: Value, ...keys: readonly string[]): number | null {
  const found = valueAt(value, ...keys);
  if (typeof found === "number") return Number.isFinite(found) ? found : null;
  return typeof found === "string" && /^-?\d{1,15}$/.test(found) ? Number(found) : null;
}

/** A text, or a number as text: producers differ in how they write ids. */
export function wordAt(value: Value, ...keys: readonly string[]): string | null {
  const found = valueAt(value, ...keys);
  return typeof found === "number" && Number.isFinite(found) ? String(found) : textAt(found);
}

/** The texts of a list, each once. `most`: how many at most, so that a list cannot make what follows slow. */
export function textsOf(values: readonly Value[], most = 100): readonly string[] {
  const texts = new Set<string>();
  for (const value of values) {
    if (texts.size >= most) break;
    if (typeof value === "string" && !isAbsent(value)) texts.add(value);
  }
  return [...texts];
}

/** Without the keys whose value is absent. */
export function present(fields: Readonly<Record<string, Value>>): JsonMap {
  const kept: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(fields)) {
    if (value !== undefined && !isAbsent(value)) kept[key] = value;
  }
  return kept;
}

/** Without some keys. */
export function without(map: JsonMap, ...keys: readonly string[]): JsonMap {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key))) as JsonMap;
}

const scheme = /^[a-z][a-z0-9+.-]*:\/\//i;

/** `containerd://3f2a…` → `3f2a…`, at its full length; null for none and for `host`. */
export function containerIdOf(text: string | null): string | null {
  const id = text?.replace(scheme, "") ?? "";
  return isAbsent(id) || id === "host" ? null : id;
}

/**
 * Plain names first, then what the producer said under its own. Where it has a map under a plain name (`user`, `file`), the
 * map's fields are kept under dotted keys, which a path `user.name` finds as well.
 */
export function beside(plain: JsonMap, said: JsonMap): JsonMap {
  const kept = Object.entries(said).flatMap(([key, value]): readonly (readonly [string, JsonValue])[] => {
    if (!Object.hasOwn(plain, key)) return [[key, value]];
    return isMap(value) ? Object.entries(value).map(([name, each]) => [`${key}.${name}`, each]) : [];
  });
  return Object.fromEntries([...Object.entries(plain), ...kept]) as JsonMap;
}
