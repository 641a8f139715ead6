/**
 * What a producer's format has to offer: a test that recognises a value by its content, and a pure function from the
 * value to events. Everything around it (bytes, envelopes, limits, clocks, origin) is done once, in read-record.ts.
 *
 * A source knows no clock and no order: a redelivered record gives the same events with the same ids.
 */
import type { JsonMap, JsonValue, SecurityEvent } from "../events/security-event.ts";
import type { Keyed } from "./by-keys.ts";

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

/**
 * What is known of a value besides itself: headers of its record, and what the envelopes around it said. For an event
 * that says less it stands in; what the value says itself wins.
 */
export interface Surroundings {
  readonly headers: Readonly<Record<string, string>>;
  /** Of the envelope, epoch milliseconds; null: it gave none. For lines without a whole time of their own. */
  readonly time: number | null;
  readonly container_id: string | null;
  /** Context in the plain names of `enrichment`: pod, namespace, node, cluster, image … */
  readonly enrichment: JsonMap;
}

export const noSurroundings: Surroundings = { headers: {}, time: null, container_id: null, enrichment: {} };

/** An event before its clock was judged: `timestamp` is NaN where the producer's time cannot be read. */
export type EventDraft = Omit<SecurityEvent, "origin">;

/** How far the surroundings of an event hold for it: its very container, its node, or no more than its cluster. */
export type Place = "container" | "node" | "cluster";

/** A format whose events are JSON maps. */
export interface Source extends Keyed {
  /** Name of its file (`linux_audit`: linux-audit.ts), as metrics and `sources explain` print it. */
  readonly name: string;
  /**
   * What its events share with whoever wrote the record. Default `node`: a sensor tells of other containers than its own,
   * on its node. Lines, and what nobody knows, are taken for words of the container itself.
   */
  readonly place?: Place;
  /** By content alone; cheap, never throws. */
  recognises(value: JsonMap): boolean;
  /** Throws InvalidMessage `invalid-field` where a field cannot mean anything. */
  events(value: JsonMap, around: Surroundings): readonly EventDraft[];
}

/** A format whose events are lines of text, as shippers send them inside of JSON. */
export interface LineSource {
  readonly name: string;
  /** By content alone; cheap, never throws. */
  recognises(line: string): boolean;
  events(line: string, around: Surroundings): readonly EventDraft[];
}

/** A wrapping that others put around events: shippers, clouds, CloudEvents, OTLP. */
export interface Envelope extends Keyed {
  /** Name of its file, as `sources explain` prints it. */
  readonly name: string;
  /** By content and headers alone; cheap, never throws. */
  recognises(value: JsonMap, headers: Surroundings["headers"]): boolean;
  /** What is inside, in order. Throws InvalidMessage `invalid-field`. */
  open(value: JsonMap, around: Surroundings): readonly Enclosed[];
}

export interface Enclosed {
  /** A map is recognised anew, and so is text: as JSON, else as a line. */
  readonly value: JsonValue;
  readonly around: Surroundings;
  /** For text of no known form: what else the envelope said of it, which the unmapped event keeps beside `message`. */
  readonly fields?: JsonMap;
}
