/**
 * Corral's own event, as JSON or decoded from Avro (`schemas/event.avsc`).
 *
 * `type` and `timestamp` (epoch milliseconds or RFC 3339 text) must be there. Without an `id` the content is its own
 * id. Keys that the event does not know go to `details`, where rules find them by name; what `details` says itself wins.
 */
import { InvalidMessage } from "../errors.ts";
import type { JsonMap, JsonValue } from "../events/security-event.ts";
import { isSeverity, type Severity, severities } from "../events/severity.ts";
import { without } from "./fields.ts";
import { parseTime } from "./parse-time.ts";
import type { EventDraft, Source } from "./source.ts";
import { stableId } from "./stable-id.ts";

const known = new Set([
  "id",
  "timestamp",
  "container_id",
  "type",
  "severity",
  "source",
  "details",
  "enrichment",
]);

export const native: Source = {
  name: "native",
  place: "container",
  keys: ["timestamp"],
  recognises: (value) => typeof value.type === "string" && Object.hasOwn(value, "timestamp"),
  events: (value) => [toDraft(value)],
};

function toDraft(value: JsonMap): EventDraft {
  return {
    id: readId(value),
    timestamp: readTimestamp(value.timestamp),
    container_id: readText(value, "container_id"),
    type: readText(value, "type") ?? refuse("type", "text that is not empty", value.type),
    severity: readSeverity(value.severity),
    source: readText(value, "source") ?? "native",
    details: withUnknown(value, readMap(value, "details")),
    enrichment: readMap(value, "enrichment"),
  };
}

function readId(value: JsonMap): string {
  const { id } = value;
  if (typeof id === "number") return String(id);
  return typeof id === "string" && id !== "" ? id : stableId(without(value, "id"));
}

/** NaN where it is neither; clamp-time.ts decides what becomes of that. */
function readTimestamp(timestamp: JsonValue | undefined): number {
  if (typeof timestamp === "number") return timestamp;
  return typeof timestamp === "string" ? parseTime(timestamp) : Number.NaN;
}

function readSeverity(severity: JsonValue | undefined): Severity {
  if (severity === undefined || severity === null || severity === "") return "info";
  const word = typeof severity === "string" ? severity.toLowerCase() : severity;
  return isSeverity(word) ? word : refuse("severity", `one of ${severities.join(", ")}`, severity);
}

function readText(value: JsonMap, key: string): string | null {
  const text = value[key];
  if (text === undefined || text === null || text === "") return null;
  return typeof text === "string" ? text : refuse(key, "text", text);
}

function readMap(value: JsonMap, key: string): JsonMap {
  const map = value[key] ?? {};
  return typeof map === "object" && !Array.isArray(map) ? (map as JsonMap) : refuse(key, "a map", map);
}

function withUnknown(value: JsonMap, details: JsonMap): JsonMap {
  for (const key in value) if (!known.has(key)) return { ...without(value, ...known), ...details };
  return details;
}

function refuse(key: string, must: string, value: JsonValue | undefined): never {
  const current = String(JSON.stringify(value)).slice(0, 200);
  throw new InvalidMessage(
    "invalid-field",
    `Cannot read event: ${key} must be ${must}: current value is ${current}`,
  );
}
