/**
 * JSON of a shape that nobody knows: an event of type `unmapped.<what it calls itself>` with all its fields, so that
 * rules can still be written about it, and so that nothing is lost.
 */
import type { JsonMap, JsonValue } from "../events/security-event.ts";
import { slug } from "./slug.ts";
import type { EventDraft, Surroundings } from "./source.ts";
import { stableId } from "./stable-id.ts";
import { timeOf } from "./time-of.ts";

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
