import type { LogRecord } from "../log.ts";
import { unreadableHeaders } from "../unreadable.ts";

/** What stands, at the last of its offsets, for a batch that could not be opened. */
export function unreadableRecord(
  place: Pick<LogRecord, "topic" | "partition" | "offset" | "timestamp">,
  reason: string,
  firstOffset: string | number,
): LogRecord {
  const headers = {
    [unreadableHeaders.reason]: reason,
    [unreadableHeaders.firstOffset]: String(firstOffset),
  };
  const { topic, partition, offset, timestamp } = place;
  return { topic, partition, offset, timestamp, key: null, value: null, headers };
}
