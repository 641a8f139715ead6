/**
 * Hand-written checks of decoded records, field by field: a schema library would cost more per event than judging it.
 * Each takes the map and a key and throws InvalidMessage `bad-shape` that names the key. A nullable field may be
 * missing, so that records of before it was added are still read.
 */
import { InvalidMessage } from "../errors.ts";
import type { JsonMap, JsonValue } from "../events/security-event.ts";

type Field = JsonValue | undefined;

export function asMap(value: JsonValue, name: string): JsonMap {
  return isMap(value) ? value : refuse(name, "a map", value);
}

export function text(map: JsonMap, key: string): string {
  const value = map[key];
  return typeof value === "string" ? value : refuse(key, "text", value);
}

export function textOrNull(map: JsonMap, key: string): string | null {
  return isNothing(map[key]) ? null : text(map, key);
}

/** One of the words that `is` knows. */
export function word<W extends string>(map: JsonMap, key: string, is: (value: unknown) => value is W): W {
  const value = map[key];
  return is(value) ? value : refuse(key, "a word that is known here", value);
}

/** A safe integer: times, offsets, counts. */
export function integer(map: JsonMap, key: string): number {
  const value = map[key];
  return Number.isSafeInteger(value) ? (value as number) : refuse(key, "a safe integer", value);
}

export function integerOrNull(map: JsonMap, key: string): number | null {
  return isNothing(map[key]) ? null : integer(map, key);
}

export function numberOrNull(map: JsonMap, key: string): number | null {
  const value = map[key];
  if (isNothing(value)) return null;
  return typeof value === "number" ? value : refuse(key, "a number", value);
}

/** Missing means false. */
export function flag(map: JsonMap, key: string): boolean {
  const value = map[key] ?? false;
  return typeof value === "boolean" ? value : refuse(key, "true or false", value);
}

export function map(fields: JsonMap, key: string): JsonMap {
  return asMap(fields[key] ?? null, key);
}

export function texts(fields: JsonMap, key: string): readonly string[] {
  const items = list(fields, key);
  return items.every((item) => typeof item === "string")
    ? items
    : refuse(key, "a list of texts", fields[key]);
}

export function textMap(fields: JsonMap, key: string): Readonly<Record<string, string>> {
  const entries = Object.entries(map(fields, key));
  for (const [name, value] of entries) if (typeof value !== "string") refuse(`${key}.${name}`, "text", value);
  return Object.fromEntries(entries) as Record<string, string>;
}

export function list(fields: JsonMap, key: string): readonly JsonValue[] {
  const value = fields[key];
  return Array.isArray(value) ? (value as readonly JsonValue[]) : refuse(key, "a list", value);
}

export function isNothing(value: Field): value is null | undefined {
  return value === undefined || value === null;
}

function isMap(value: JsonValue): value is JsonMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refuse(name: string, must: string, value: Field): never {
  const current = String(JSON.stringify(value)).slice(0, 100);
  throw new InvalidMessage(
    "bad-shape",
    `Cannot read record: ${name} must be ${must}: current value is ${current}`,
  );
}
