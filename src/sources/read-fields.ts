/**
 * Reading of values whose shape nobody promises: null, or nothing, where a field is missing, of another type, or says
 * nothing (`""`, `<NA>`). Names that a producer chose are looked up among own properties only.
 */
import type { JsonMap, JsonValue } from "../events/security-event.ts";

const nothing: JsonMap = Object.freeze({});

export function textOf(value: JsonValue | undefined): string | null {
  return typeof value === "string" && value !== "" && value !== "<NA>" ? value : null;
}

/** Text, or a number as text: ids of users and the like. */
export function nameOf(value: JsonValue | undefined): string | null {
  return typeof value === "number" ? String(value) : textOf(value);
}

/** A safe integer, as a number or as its digits: 64-bit integers come as text. */
export function integerOf(value: JsonValue | undefined): number | null {
  const number = typeof value === "string" && /^-?\d{1,16}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) ? number : null;
}

export function portOf(value: JsonValue | undefined): number | null {
  const port = integerOf(value);
  return port !== null && port >= 0 && port <= 65_535 ? port : null;
}

/** Id of a user; the one that stands for none (-1, or 2^32 - 1) is null. */
export function userIdOf(value: JsonValue | undefined): number | null {
  const id = integerOf(value);
  return id === null || id < 0 || id === 0xffff_ffff ? null : id;
}

/** An empty map for what is none. */
export function mapOf(value: JsonValue | undefined): JsonMap {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonMap) : nothing;
}

export function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

/** Fields of one map, and elements of one list, that are looked at; more than an event may hold (limits.ts), which says so. */
export const maxRead = 1024;

/**
 * The map itself; of one beyond any sensor's size the first fields, as copying tens of thousands of them would take
 * longer than an event may.
 */
export function firstFields(map: JsonMap): JsonMap {
  let count = 0;
  for (const _ in map) {
    count += 1;
    if (count > maxRead)
      return Object.fromEntries(
        Object.keys(map)
          .slice(0, maxRead)
          .map((key) => [key, map[key] ?? null]),
      );
  }
  return map;
}

/** The maps of a list. */
export function mapsOf(value: JsonValue | undefined): readonly JsonMap[] {
  return listOf(value).filter(
    (item): item is JsonMap => typeof item === "object" && item !== null && !Array.isArray(item),
  );
}

/** The texts of a list. */
export function textsOf(value: JsonValue | undefined): readonly string[] {
  return listOf(value).filter((item): item is string => textOf(item) !== null);
}

/** One value as itself, several as a list without repetitions, none as null. */
export function oneOrMany(texts: readonly string[]): JsonValue {
  const distinct = [...new Set(texts)];
  return distinct.length > 1 ? distinct : (distinct[0] ?? null);
}

/** Without the fields that are null or an empty list. */
export function present(fields: Readonly<Record<string, JsonValue | undefined>>): JsonMap {
  const kept: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(fields)) {
    if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) continue;
    kept[key] = value;
  }
  return kept;
}

/** `containerd://0123…` → `0123…`. */
export function withoutScheme(id: string | null): string | null {
  if (id === null) return null;
  const end = id.indexOf("://");
  return textOf(end < 0 ? id : id.slice(end + 3));
}

/** `/usr/bin/curl` → `curl`. */
export function baseName(path: string | null): string | null {
  return path === null ? null : (textOf(path.slice(path.lastIndexOf("/") + 1)) ?? path);
}

/** A program and its arguments as one line. */
export function commandLine(program: string | null, args: string | null): string | null {
  return program === null || args === null ? (program ?? args) : `${program} ${args}`;
}
