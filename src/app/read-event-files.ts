/**
 * Recorded files as events: lines of JSON of any known producer. Several files are read as the partitions of one topic,
 * merged by event time; within a file the order of arrival stays.
 */
import { InvalidMessage } from "../errors.ts";
import type { SecurityEvent } from "../events/security-event.ts";
import type { ReadRecord } from "../sources/read-record.ts";
import { mergeByTime } from "./merge-by-time.ts";
import { readLines } from "./read-lines.ts";

/** A line that could not be read. */
export interface RefusedLine {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
}

/** Empty lines are passed over, others that cannot be read go to `refused`. Throws ConfigError for an unreadable file. */
export function readEventFiles(
  files: readonly string[],
  readRecord: ReadRecord,
  refused: RefusedLine[],
): AsyncGenerator<SecurityEvent> {
  return mergeByTime(files.map((file) => eventsOf(file, readRecord, refused)));
}

async function* eventsOf(
  file: string,
  readRecord: ReadRecord,
  refused: RefusedLine[],
): AsyncGenerator<SecurityEvent> {
  for await (const { line, text } of readLines(file)) {
    try {
      yield* await readRecord({ value: Buffer.from(text), headers: {}, origin: null }, refuseAvro);
    } catch (error) {
      if (!(error instanceof InvalidMessage)) throw error;
      refused.push({ file, line, reason: error.message });
    }
  }
}

/** Throws InvalidMessage. */
export function refuseAvro(): never {
  throw new InvalidMessage("no-registry", "Cannot read Avro: files hold lines of JSON");
}
