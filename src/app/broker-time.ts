/** Where in a partition a time lies: broker times rise along the log. */
import type { Log, PartitionBounds } from "../transport/log.ts";

/** Broker time of the record at the offset or behind it; null: there is none. Throws TransientError. */
export async function brokerTimeAt(
  log: Pick<Log, "read">,
  topic: string,
  partition: number,
  offset: number,
  { low, high }: PartitionBounds,
): Promise<number | null> {
  if (offset < low || offset >= high) return null;
  for await (const records of log.read(topic, partition, offset, high)) {
    if (records[0] !== undefined) return records[0].timestamp;
  }
  return null;
}

/**
 * First offset inside the bounds whose broker time is not before `since`; `high` where there is none. Found by binary
 * search: some twenty records are read. Throws TransientError.
 */
export async function firstOffsetSince(
  log: Pick<Log, "read">,
  topic: string,
  partition: number,
  since: number,
  { low, high }: PartitionBounds,
): Promise<number> {
  let [from, to] = [low, high];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    const time = await brokerTimeAt(log, topic, partition, middle, { low, high });
    if (time !== null && time < since) from = middle + 1;
    else to = middle;
  }
  return from;
}
