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
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalText(item as JsonValue)).join(",")}]`;
  const entries = Object.entries(value as Record<string, JsonValue>).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalText(item)}`).join(",")}}`;
}
