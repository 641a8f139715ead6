/** A record that cannot be processed, as it goes to the dead-letter topic: the original bytes, the rest in headers. */
import { createHash } from "node:crypto";
import { InvalidMessage } from "../errors.ts";
import type { LogRecord, OutgoingRecord } from "../transport/log.ts";
import { unreadableOf } from "../transport/unreadable.ts";

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
      "corral-reason": fault.reason,
      "corral-message": fault.message,
      "corral-stage": stage,
      "corral-topic": record.topic,
      "corral-partition": String(record.partition),
      "corral-offset": String(record.offset),
      "corral-digest": digest,
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
