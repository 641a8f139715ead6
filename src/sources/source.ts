/**
 * What a producer's format has to offer: a test that recognises a value by its content, and a pure function from the
 * value to events. Everything around it (bytes, bounds, clocks, origin) is done once, in read-record.ts.
 *
 * A source knows no clock and no order: a redelivered record gives the same events with the same ids.
 */
import type { JsonMap, SecurityEvent } from "../events/security-event.ts";

/** Place of a raw record in the log, with the append time the broker gave it (epoch milliseconds). */
export interface RawOrigin {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly broker_time: number;
}

/** A record as it came from the log or, with `origin` null, a line of a file. */
export interface RawRecord {
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly origin: RawOrigin | null;
}

/** An event before its clock was judged: `timestamp` is NaN where the producer's time cannot be read. */
export type EventDraft = Omit<SecurityEvent, "origin">;

export interface Source {
  /** File name of the source, as metrics and `sources explain` print it. */
  readonly name: string;
  /** By content alone; cheap, never throws. */
  recognises(value: JsonMap): boolean;
  /** Throws InvalidMessage `invalid-field` where a field cannot mean anything. */
  events(value: JsonMap): readonly EventDraft[];
}
