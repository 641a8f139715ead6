/** The dead-letter topic, looked through, and what lies in it sent back to where it came from. */
import { InvalidMessage } from "../errors.ts";
import type { Log, LogRecord, OutgoingRecord } from "../transport/log.ts";
import { firstOffsetSince } from "./broker-time.ts";
import { type DeadLetter, readDeadLetter } from "./dead-letter.ts";

/** A letter and its place in the dead-letter topic. */
export interface FiledLetter extends DeadLetter {
  /** `partition/offset`, as `show` and `replay` take it. */
  readonly place: string;
  /** When it was written, epoch milliseconds. */
  readonly at: number;
}

export interface LetterFilter {
  readonly reason?: string | undefined;
  readonly stage?: string | undefined;
  /** Written at this time or later, epoch milliseconds. */
  readonly since?: number | undefined;
}

/** In the order of the partitions, oldest first. Throws TransientError. */
export async function* deadLetters(
  log: Pick<Log, "bounds" | "read">,
  topic: string,
  { reason, stage, since }: LetterFilter,
): AsyncGenerator<FiledLetter> {
  for (const [partition, bounds] of await log.bounds(topic)) {
    const { low, high } = bounds;
    const from = since === undefined ? low : await firstOffsetSince(log, topic, partition, since, bounds);
    for await (const records of log.read(topic, partition, from, high)) {
      for (const record of records) {
        const letter = filed(record);
        if (letter === null || (since !== undefined && letter.at < since)) continue;
        if ((reason ?? letter.reason) === letter.reason && (stage ?? letter.stage) === letter.stage)
          yield letter;
      }
    }
  }
}

/** Undefined: there is none at this place. Throws TransientError. */
export async function deadLetterAt(
  log: Pick<Log, "bounds" | "read">,
  topic: string,
  place: string,
): Promise<FiledLetter | undefined> {
  const [partition, offset] = place.includes("/") ? place.split("/").map(Number) : [0, Number(place)];
  const bounds = (await log.bounds(topic)).get(partition!);
  if (bounds === undefined || !(offset! >= bounds.low && offset! < bounds.high)) return undefined;
  for await (const records of log.read(topic, partition!, offset!, offset! + 1)) {
    for (const record of records) {
      const letter = record.offset === offset ? filed(record) : null;
      if (letter !== null) return letter;
    }
  }
  return undefined;
}

/**
 * The record as it was, for the topic that it came from: a raw record goes wherever its key leads, an enriched one to
 * its own partition. Null: only its digest is known.
 */
export function replayed({ topic, partition, stage, record }: DeadLetter): OutgoingRecord | null {
  if (record.value === null) return null;
  return { topic, ...(stage === "correlate" ? { partition } : {}), ...record };
}

function filed(record: LogRecord): FiledLetter | null {
  try {
    const { partition, offset, timestamp } = record;
    return { ...readDeadLetter(record), place: `${partition}/${offset}`, at: timestamp };
  } catch (error) {
    if (error instanceof InvalidMessage) return null;
    throw error;
  }
}
