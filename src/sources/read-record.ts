/**
 * One raw record → the events in it: parse, recognise, read, judge the clock, stamp the origin.
 *
 * Synchronous for JSON and for Avro whose schema is known; a promise only while a writer's schema is being fetched.
 * Redelivered, the same record gives the same events, ids and origins.
 */
import { InvalidMessage } from "../errors.ts";
import type { JsonValue, Origin, SecurityEvent } from "../events/security-event.ts";
import { clampTime } from "./clamp-time.ts";
import { parseJson } from "./parse-json.ts";
import { recognise } from "./recognise.ts";
import type { RawRecord } from "./source.ts";

/** Longest value taken, bytes. Producers average 1.4 to 14.6 kB. */
export const maxBytes = 1024 * 1024;

/** Deepest nesting of maps and lists taken. */
export const maxDepth = 64;

/** Decodes a value in the Confluent wire format (first byte 0) to plain JSON; see the codec's `event`. */
export type ReadAvro = (value: Buffer) => JsonValue | Promise<JsonValue>;

/** Throws or rejects with InvalidMessage (a dead letter) or, from `readAvro`, TransientError (try again). */
export function readRecord(
  record: RawRecord,
  readAvro: ReadAvro,
): readonly SecurityEvent[] | Promise<readonly SecurityEvent[]> {
  const value = bounded(record.value);
  if (value[0] !== 0) return toEvents(parseJson(value), record);
  const decoded = readAvro(value);
  return decoded instanceof Promise
    ? decoded.then((json) => toEvents(json, record))
    : toEvents(decoded, record);
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

function toEvents(json: JsonValue, record: RawRecord): readonly SecurityEvent[] {
  if (isDeeper(json, maxDepth)) {
    throw new InvalidMessage("too-deep", `Cannot read record: nesting must not exceed ${maxDepth}`);
  }
  const { source, value } = recognise(json);
  const { origin } = record;
  return source.events(value).map((draft, index) => {
    const event = clampTime(draft, origin === null ? null : origin.broker_time);
    return Object.freeze(origin === null ? event : { ...event, origin: place(origin, index) });
  });
}

function isDeeper(value: JsonValue, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (depth === 0) return true;
  for (const item of Array.isArray(value) ? value : Object.values(value)) {
    if (isDeeper(item as JsonValue, depth - 1)) return true;
  }
  return false;
}

function place(origin: NonNullable<RawRecord["origin"]>, index: number): Origin {
  const { topic, partition, offset, broker_time } = origin;
  return Object.freeze({ topic, partition, offset, index, broker_time });
}
