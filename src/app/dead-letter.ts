/**
 * A record that cannot be processed, as it goes to the dead-letter topic: the original key, bytes and headers, and in
 * headers of our own why, where and what it was. What a producer wrote under these names is overwritten.
 */
import { createHash } from "node:crypto";
import { InvalidMessage } from "../errors.ts";
import { safeLine } from "../safe-text.ts";
import type { LogRecord, OutgoingRecord } from "../transport/log.ts";
import { unreadableOf } from "../transport/unreadable.ts";

const names = {
  reason: "corral-reason",
  message: "corral-message",
  stage: "corral-stage",
  topic: "corral-topic",
  partition: "corral-partition",
  offset: "corral-offset",
  digest: "corral-digest",
} as const;
const maxMessage = 2_000;
/** Headers of the record are kept while they are so small together, characters; else the letter itself may be too large. */
const maxHeaders = 16_384;

/** A letter as it is read back. */
export interface DeadLetter {
  readonly reason: string;
  readonly message: string;
  readonly stage: string;
  /** Where the record was. */
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly digest: string;
  /** The record, as its topic had it; `value` null: only its digest is known. */
  readonly record: Pick<LogRecord, "key" | "value" | "headers">;
}

/** Throws InvalidMessage for a record that is no dead letter. */
export function readDeadLetter({ key, value, headers }: LogRecord): DeadLetter {
  const own = (name: keyof typeof names): string => {
    const text = headers[names[name]];
    if (text !== undefined) return text;
    throw new InvalidMessage("no-letter", `Cannot read dead letter: header ${names[name]} must be there`);
  };
  const original = Object.entries(headers).filter(([name]) => !Object.values<string>(names).includes(name));
  return {
    reason: own("reason"),
    message: own("message"),
    stage: own("stage"),
    topic: own("topic"),
    partition: Number(own("partition")),
    offset: Number(own("offset")),
    digest: own("digest"),
    record: { key, value, headers: Object.fromEntries(original) },
  };
}

function keptHeaders(headers: LogRecord["headers"]): LogRecord["headers"] {
  const size = Object.entries(headers).reduce((sum, [name, text]) => sum + name.length + text.length, 0);
  return size <= maxHeaders ? headers : {};
}

export function deadLetter(
  topic: string,
  stage: "enrich" | "correlate",
  record: LogRecord,
  fault: InvalidMessage,
): OutgoingRecord {
  const digest = createHash("sha256")
    .update(record.value ?? Buffer.alloc(0))
    .digest("hex");
  return {
    topic,
    key: record.key,
    value: record.value,
    headers: {
      ...keptHeaders(record.headers),
      [names.reason]: fault.reason,
      [names.message]: safeLine(fault.message.slice(0, maxMessage)),
      [names.stage]: stage,
      [names.topic]: record.topic,
      [names.partition]: String(record.partition),
      [names.offset]: String(record.offset),
      [names.digest]: digest,
    },
  };
}

/** Throws InvalidMessage for a record that stands for a batch which could not be opened. */
export function refuseUnreadable(record: LogRecord): void {
  const unreadable = unreadableOf(record);
  if (unreadable === undefined) return;
  const { reason, firstOffset, lastOffset } = unreadable;
  throw new InvalidMessage(
    reason,
    `Cannot open the batch at offsets ${firstOffset} to ${lastOffset}: ${reason}`,
  );
}
