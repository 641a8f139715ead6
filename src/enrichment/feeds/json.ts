/** JSON of others, read carefully: own keys of the expected type, else nothing. */
import { InvalidMessage } from "../../errors.ts";
import type { JsonMap, JsonValue } from "../../events/security-event.ts";

export function parseFeedJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (cause) {
    throw new InvalidMessage("not-json", "Cannot read feed: it must be JSON", { cause });
  }
}

/** The text begins as JSON does: abuse.ch gives most feeds both ways. */
export function looksLikeJson(text: string): boolean {
  return /^[\s\uFEFF]*[[{]/.test(text.slice(0, 100));
}

export function asMap(value: JsonValue | undefined): JsonMap | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonMap) : null;
}

export function asList(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

export function field(map: JsonMap, key: string): JsonValue | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** Text that says something: `None` and `null` are how feeds spell nothing. */
export function textField(map: JsonMap, key: string): string | null {
  return said(field(map, key));
}

export function said(value: JsonValue | undefined): string | null {
  if (typeof value === "number") return String(value);
  if (typeof value !== "string") return null;
  const text = value.trim();
  return text === "" || /^(none|null|n\/a|-)$/i.test(text) ? null : text;
}

export function texts(value: JsonValue | undefined): readonly string[] {
  return asList(value).flatMap((item) => said(item) ?? []);
}
