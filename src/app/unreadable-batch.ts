/** What is said, beside the dead letter, of a batch that could not be opened: what it held was never judged. */
import type { EngineFinding } from "../alerts/engine-alert.ts";
import type { LogRecord } from "../transport/log.ts";
import { unreadableOf } from "../transport/unreadable.ts";

/** Null: the record is no such batch. One finding for each batch, however often it is read. */
export function unreadableFinding(record: LogRecord): EngineFinding | null {
  const unreadable = unreadableOf(record);
  if (unreadable === undefined) return null;
  const { topic, partition, timestamp } = record;
  const { reason, firstOffset, lastOffset } = unreadable;
  return {
    rule: "corral_batch_unreadable",
    name: "Batch Set Aside",
    severity: "high",
    group: { topic, partition: String(partition) },
    identity: `${firstOffset}-${lastOffset}`,
    at: timestamp,
    reason: `the batch at offsets ${firstOffset} to ${lastOffset} of ${topic}/${partition} could not be opened (${reason.slice(0, 100)}) and was set aside in the dead letters: what it held was not judged`,
  };
}
