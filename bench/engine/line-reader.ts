/** Lines of a file of events → the events in them, as a raw topic of one partition would give them. */
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { recordReader } from "../../src/sources/read-record.ts";

/** `offset` of the line, from 0. Throws InvalidMessage. */
export function lineReader(): (line: Buffer, offset: number) => readonly SecurityEvent[] {
  const read = recordReader();
  const readAvro = () => {
    throw new Error("Cannot measure: records must be JSON");
  };
  return (value, offset) => {
    const origin = { topic: "events.raw", partition: 0, offset, broker_time: Date.now() };
    return read({ value, headers: {}, origin }, readAvro) as readonly SecurityEvent[];
  };
}
