/**
 * One raw record → the events in it: parse, open envelopes, recognise, read, cut to the limits, judge the clock, stamp
 * the origin.
 *
 * Synchronous for JSON and for Avro whose schema is known; a promise only while a writer's schema is being fetched.
 * Redelivered, the same record gives the same events, ids and origins.
 */
import { InvalidMessage } from "../errors.ts";
import type { JsonValue, Origin, SecurityEvent } from "../events/security-event.ts";
import { boundedJson } from "./bounded-json.ts";
import { clampTime } from "./clamp-time.ts";
import type { Formats } from "./formats.ts";
import { limited, maxBytes } from "./limits.ts";
import { loadFormats } from "./load-formats.ts";
import { parseJson } from "./parse-json.ts";
import { type Recognised, recognise } from "./recognise.ts";
import { type EventDraft, noSurroundings, type RawRecord } from "./source.ts";

/** Decodes a value in the Confluent wire format (first byte 0) to plain JSON; see the codec's `event`. */
export type ReadAvro = (value: Buffer) => JsonValue | Promise<JsonValue>;

/** Throws or rejects with InvalidMessage (a dead letter) or, from `readAvro`, TransientError (try again). */
export type ReadRecord = (
  record: RawRecord,
  readAvro: ReadAvro,
) => readonly SecurityEvent[] | Promise<readonly SecurityEvent[]>;

/** Throws ConfigError for mappings that cannot be read. `mappings`: files and folders beside those that ship. */
export function recordReader(mappings: readonly string[] = []): ReadRecord {
  const formats = loadFormats(mappings);
  return (record, readAvro) => {
    const json = jsonOf(record, readAvro);
    return json instanceof Promise
      ? json.then((value) => eventsIn(value, record, formats))
      : eventsIn(json, record, formats);
  };
}

/** The record's value as JSON. Throws InvalidMessage. */
export function jsonOf({ value }: RawRecord, readAvro: ReadAvro): JsonValue | Promise<JsonValue> {
  const bytes = bounded(value);
  if (bytes[0] !== 0) return parseJson(bytes);
  const plain = readAvro(bytes);
  return plain instanceof Promise ? plain.then(boundedJson) : boundedJson(plain);
}

/** What a record holds, before limits and clocks. Throws InvalidMessage. */
export function recognised(json: JsonValue, { headers }: RawRecord, formats: Formats): readonly Recognised[] {
  const { time, container_id, enrichment } = noSurroundings;
  return recognise(json, { headers, time, container_id, enrichment }, formats);
}

function eventsIn(json: JsonValue, record: RawRecord, formats: Formats): readonly SecurityEvent[] {
  const events: SecurityEvent[] = [];
  for (const { drafts } of recognised(json, record, formats)) {
    for (const draft of drafts) events.push(eventOf(draft, record.origin, events.length));
  }
  return events;
}

/** One shape for all events, whoever made the draft: what reads their fields is quicker for it. */
function eventOf(draft: EventDraft, origin: RawRecord["origin"], index: number): SecurityEvent {
  const within = clampTime(limited(draft), origin === null ? null : origin.broker_time);
  const { id, timestamp, container_id = null, type, severity, source, details, enrichment } = within;
  // Written out, since copies of what varies are slow.
  return Object.freeze(
    origin === null
      ? { id, timestamp, container_id, type, severity, source, details, enrichment }
      : {
          id,
          timestamp,
          container_id,
          type,
          severity,
          source,
          details,
          enrichment,
          origin: place(origin, index),
        },
  );
}

function bounded(value: Buffer | null): Buffer {
  if (value === null || value.length === 0) {
    throw new InvalidMessage("empty", "Cannot read record: value must not be empty");
  }
  if (value.length <= maxBytes) return value;
  throw new InvalidMessage(
    "too-large",
    `Cannot read record: value must not exceed ${maxBytes} bytes: current value is ${value.length}`,
  );
}

function place(origin: NonNullable<RawRecord["origin"]>, index: number): Origin {
  const { topic, partition, offset, broker_time } = origin;
  return Object.freeze({ topic, partition, offset, index, broker_time });
}
