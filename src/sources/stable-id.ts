/**
 * An id for an event whose producer gave none: the same content has the same id whenever and wherever it is read, so
 * that a redelivered event is known again. 128 bits of SHA-256, in hex.
 */
import { hash } from "node:crypto";
import type { JsonValue } from "../events/security-event.ts";

export function stableId(content: JsonValue): string {
  return hash("sha256", canonicalText(content), "hex").slice(0, 32);
}

/** JSON text with the keys of every map in order, so that a producer's key order does not matter. */
function canonicalText(value: JsonValue): string {
  const isFlat = Array.isArray(value) && value.every((item) => typeof item !== "object" || item === null);
  return isFlat ? JSON.stringify(value) : appended("", value);
}

/** One text that grows, since joining the parts of every level would copy what lies deep once for each level above. */
function appended(before: string, value: JsonValue): string {
  if (typeof value !== "object" || value === null) return before + JSON.stringify(value);
  let text = before;
  let separator = "";
  if (Array.isArray(value)) {
    text += "[";
    for (const item of value as readonly JsonValue[]) {
      text = appended(text + separator, item);
      separator = ",";
    }
    return `${text}]`;
  }
  const map = value as Readonly<Record<string, JsonValue>>;
  text += "{";
  for (const key of inOrder(Object.keys(map))) {
    text = appended(`${text}${separator}${JSON.stringify(key)}:`, map[key]!);
    separator = ",";
  }
  return `${text}}`;
}

/** By their UTF-16 units. Most producers write them so. */
function inOrder(keys: string[]): readonly string[] {
  for (let index = 1; index < keys.length; index += 1) {
    if (keys[index]! < keys[index - 1]!) return keys.sort((a, b) => (a < b ? -1 : 1));
  }
  return keys;
}
