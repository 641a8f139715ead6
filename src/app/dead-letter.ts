/** A record that cannot be processed, as it goes to the dead-letter topic: the original bytes, the rest in headers. */
import { createHash } from "node:crypto";
import type { InvalidMessage } from "../errors.ts";
import type { LogRecord, OutgoingRecord } from "../transport/log.ts";

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
