/** A record of one of our topics, to bytes and back. */
import type { JsonMap, SecurityEvent } from "../events/security-event.ts";
import type { SchemaName } from "./schemas.ts";

export interface Codec<T> {
  encode(value: T): Buffer;
  /**
   * JSON or, with first byte 0, Avro in the Confluent wire format. At once when the writer's schema is known, else a
   * promise. Throws or rejects with InvalidMessage (no decoder will ever read it) or TransientError (registry away).
   */
  decode(value: Buffer): T | Promise<T>;
}

/** A record of `events.enriched`; without `origin` where the raw records were lines of a file. */
export type EnrichedEvent = SecurityEvent;

/**
 * What a producer's Avro record says, as plain JSON in the producer's own field names; a native producer's are those of
 * `schemas/event.avsc`. It is not trusted to have any: the sources read it as they read JSON.
 */
export type SecurityEventInput = JsonMap;

/** How a record looks in all encodings. `T` is plain data, `schema` and `read` know the same fields. */
export interface RecordFormat<T> {
  /** File name in `schemas/`. */
  readonly schema: Exclude<SchemaName, "event">;
  /** Checks and copies the fields; unknown ones are dropped. Throws InvalidMessage `bad-shape`. */
  read(fields: JsonMap): T;
  /** What Avro writes for it. */
  toAvro(value: T): object;
  /** From what Avro reads: the inverse of `toAvro`. */
  fromAvro(decoded: object): JsonMap;
}
