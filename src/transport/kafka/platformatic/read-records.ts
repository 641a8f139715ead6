/** The records of one opened batch, version 2 (https://kafka.apache.org/documentation/#record). */
import type { LogRecord } from "../../log.ts";

export interface RecordsOf {
  readonly topic: string;
  readonly partition: number;
  /** Records before it are left out. */
  readonly from: number;
}

export interface RecordsHead {
  readonly firstOffset: number;
  readonly firstTimestamp: number;
  readonly maxTimestamp: number;
  /** Then every record has the time of the newest. */
  readonly isStampedByBroker: boolean;
  readonly count: number;
}

const noHeaders: Readonly<Record<string, string>> = Object.freeze({});

/** Appends them. Throws where the bytes are not what the head promises. */
export function readRecords(bytes: Buffer, head: RecordsHead, of: RecordsOf, records: LogRecord[]): void {
  const { topic, partition, from } = of;
  const { firstOffset, firstTimestamp, maxTimestamp, isStampedByBroker } = head;
  const cursor = new Cursor(bytes);
  for (let index = 0; index < head.count; index++) {
    const end = cursor.endOf(cursor.varint());
    cursor.skip(1); // attributes: none are defined
    const timestamp = firstTimestamp + cursor.varint();
    const offset = firstOffset + cursor.varint();
    if (offset >= from) {
      const key = cursor.bytes();
      const value = cursor.bytes();
      const headers = cursor.headers();
      if (cursor.at !== end) throw cutOff();
      records.push({
        topic,
        partition,
        offset,
        timestamp: isStampedByBroker ? maxTimestamp : timestamp,
        key,
        value,
        headers,
      });
    }
    cursor.at = end;
  }
}

class Cursor {
  readonly #bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Where something of this length ends. */
  endOf(length: number): number {
    const end = this.at + length;
    if (length < 0 || end > this.#bytes.length) throw cutOff();
    return end;
  }

  skip(length: number): void {
    this.at += length;
  }

  /** Zigzag, of up to 64 bits: exact up to 2^53. */
  varint(): number {
    const bytes = this.#bytes;
    let byte = bytes[this.at++]!;
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
    let low = byte & 0x7f;
    for (let shift = 7; shift < 28; shift += 7) {
      byte = bytes[this.at++]!;
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (low >>> 1) ^ -(low & 1);
    }
    return this.#long(low);
  }

  bytes(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    const start = this.at;
    this.at = this.endOf(length);
    return this.#bytes.subarray(start, this.at);
  }

  headers(): Readonly<Record<string, string>> {
    const count = this.varint();
    if (count === 0) return noHeaders;
    const headers: Record<string, string> = {};
    for (let index = 0; index < count; index++) {
      const name = this.#text();
      const text = this.#text();
      if (name === null) throw cutOff();
      if (text !== null) headers[name] = text;
    }
    return headers;
  }

  /** The rest of a number whose lower 28 bits are read. */
  #long(low: number): number {
    let value = low;
    let scale = 2 ** 28;
    for (let place = 4; place < 10; place++) {
      const byte = this.#bytes[this.at++];
      if (byte === undefined) throw cutOff();
      value += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
    throw cutOff();
  }

  #text(): string | null {
    const length = this.varint();
    if (length < 0) return null;
    const start = this.at;
    this.at = this.endOf(length);
    return this.#bytes.toString("utf8", start, this.at);
  }
}

function cutOff(): Error {
  return new RangeError("Cannot read the batch: its records must end where they say");
}
