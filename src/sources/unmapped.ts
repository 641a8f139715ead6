/**
 * JSON of a shape that nobody knows: an event of type `unmapped.<what it calls itself>` with all its fields, so that
 * rules can still be written about it, and so that nothing is lost.
 */
import type { JsonMap, JsonValue } from "../events/security-event.ts";
import { parseTime } from "./parse-time.ts";
import type { EventDraft, Surroundings } from "./source.ts";
import { stableId } from "./stable-id.ts";

/** Where a record may say what it is, and when; the first that does is taken. */
const kinds = ["type", "event_type", "eventType", "event", "kind", "rule", "action", "name"];
const times = ["timestamp", "time", "@timestamp", "ts", "date", "eventTime", "event_time"];

export function unmapped(value: JsonValue, around: Surroundings): EventDraft {
  const fields: JsonMap =
    typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonMap) : { value };
  const time = times.map((name) => timeOf(fields[name])).find((each) => !Number.isNaN(each));
  const timestamp = time ?? around.time ?? Number.NaN;
  const container = fields.container_id;
  return {
    id: stableId(Number.isNaN(timestamp) ? fields : { ...fields, "": timestamp }),
    timestamp,
    container_id: typeof container === "string" && container !== "" ? container : around.container_id,
    type: `unmapped.${kindOf(fields)}`,
    severity: "info",
    source: "unmapped",
    details: fields,
    enrichment: around.enrichment,
  };
}

function kindOf(fields: JsonMap): string {
  for (const name of kinds) {
    const kind = fields[name];
    if (typeof kind === "string" && /[\p{L}\p{N}]/u.test(kind)) return slug(kind).slice(0, 64);
  }
  return "json";
}

/** Words joined by `_`: `Drop And Execute` → `drop_and_execute`. */
export function slug(words: string): string {
  return words
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_|_$/g, "");
}

/** RFC 3339 text, or epoch seconds, milliseconds, microseconds or nanoseconds, told apart by their size; NaN: neither. */
export function timeOf(value: JsonValue | undefined): number {
  if (typeof value === "number") return epochMilliseconds(value);
  if (typeof value !== "string") return Number.NaN;
  if (/^\d{9,19}$/.test(value)) return millisecondsOfDigits(value);
  return /^\d{9,19}\.\d+$/.test(value) ? epochMilliseconds(Number(value)) : parseTime(value);
}

/** By digit: 19 of them are more than a number keeps, and rounding could reach into the next millisecond. */
function millisecondsOfDigits(digits: string): number {
  if (digits.length <= 11) return Number(digits) * 1e3;
  return Number(digits.length <= 14 ? digits : digits.slice(0, digits.length <= 17 ? -3 : -6));
}

/** Seconds until the year 5138, and so on up: the ranges in use do not meet. */
function epochMilliseconds(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return Number.NaN;
  // A double holds seconds of today to a quarter of a microsecond: times thousand, .123 could come out as 122.9999.
  if (value < 1e11) return Math.floor(Math.round(value * 1e6) / 1e3);
  if (value < 1e14) return Math.floor(value);
  return Math.floor(value < 1e17 ? value / 1e3 : value / 1e6);
}
