/** The enriched event (`schemas/enriched-event.avsc`). */
import type { JsonMap, JsonValue, Origin } from "../events/security-event.ts";
import { isSeverity } from "../events/severity.ts";
import type { EnrichedEvent, RecordFormat } from "./codec.ts";
import { asMap, integer, isNothing, map, text, textOrNull, word } from "./shape.ts";
import { type AvroValues, unwrapValues, wrapValues } from "./value.ts";

export const enrichedEvent: RecordFormat<EnrichedEvent> = {
  schema: "enriched-event",
  read: (fields) => ({
    id: text(fields, "id"),
    timestamp: integer(fields, "timestamp"),
    container_id: textOrNull(fields, "container_id"),
    type: text(fields, "type"),
    severity: word(fields, "severity", isSeverity),
    source: text(fields, "source"),
    details: map(fields, "details"),
    enrichment: map(fields, "enrichment"),
    origin: readOrigin(fields.origin),
  }),
  toAvro: (event) => ({
    id: event.id,
    timestamp: event.timestamp,
    type: event.type,
    container_id: event.container_id,
    severity: event.severity,
    source: event.source,
    details: wrapValues(event.details),
    enrichment: wrapValues(event.enrichment),
    origin: event.origin,
  }),
  fromAvro: (decoded) => {
    // Fresh from the decoder and nobody else's, so it may be changed in place.
    const fields = decoded as Record<"details" | "enrichment", unknown>;
    fields.details = unwrapValues(fields.details as AvroValues);
    fields.enrichment = unwrapValues(fields.enrichment as AvroValues);
    return fields as JsonMap;
  },
};

function readOrigin(value: JsonValue | undefined): Origin | null {
  if (isNothing(value)) return null;
  const fields = asMap(value, "origin");
  return {
    topic: text(fields, "topic"),
    partition: integer(fields, "partition"),
    offset: integer(fields, "offset"),
    index: integer(fields, "index"),
    broker_time: integer(fields, "broker_time"),
  };
}
