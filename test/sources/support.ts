import { expect } from "vitest";
import { InvalidMessage } from "../../src/errors.ts";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { type ReadAvro, recordReader } from "../../src/sources/read-record.ts";
import type { RawOrigin } from "../../src/sources/source.ts";

/** With the mappings that ship. */
export const readRecord = recordReader();

export const noAvro: ReadAvro = () => {
  throw new Error("no Avro here");
};

export function bytes(value: unknown): Buffer {
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value));
}

/** The events of one value, as a file has it or with an origin. */
export function read(value: unknown, origin: RawOrigin | null = null): readonly SecurityEvent[] {
  const events = readRecord({ value: bytes(value), headers: {}, origin }, noAvro);
  if (events instanceof Promise) throw new Error("JSON must be read without a promise");
  return events;
}

export function readOne(value: unknown, origin: RawOrigin | null = null): SecurityEvent {
  const events = read(value, origin);
  expect(events).toHaveLength(1);
  return events[0]!;
}

/** The reason of the InvalidMessage that `action` throws; anything else fails the test. */
export function reasonOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof InvalidMessage) return error.reason;
    throw error;
  }
  throw new Error("nothing was thrown");
}
