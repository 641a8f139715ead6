/**
 * Record batches as brokers keep them, version 2 (https://kafka.apache.org/documentation/#recordbatch). The library opens
 * them without bounds, one that cannot be opened fails the answer for all partitions, and of several aborted transactions
 * of one producer it knows the last only; so they are read here.
 */
import type { LogRecord } from "../../log.ts";
import { maxRecordsPerBatch, type OpenBatch, reasonOf } from "../open-batch.ts";
import { unreadableRecord } from "../unreadable-record.ts";
import { readRecords } from "./read-records.ts";

export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: number;
}

export interface BatchesOf {
  readonly topic: string;
  readonly partition: number;
  /** What lies before is left out: a broker gives whole batches. */
  readonly from: number;
  /** In order of offset. */
  readonly aborted: readonly AbortedTransaction[];
  /** By number of codec. */
  readonly openers: ReadonlyMap<number, OpenBatch>;
}

export interface ReadBatches {
  /** In order; a batch that cannot be opened is one unreadable record. */
  readonly records: readonly LogRecord[];
  /** Where to read on: behind the last whole batch, whatever of it is visible. */
  readonly next: number;
}

interface BatchHead {
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** Else of a version from before Kafka 0.11, of which only the offset is told. */
  readonly isCurrent: boolean;
  readonly codec: number;
  readonly isStampedByBroker: boolean;
  readonly isTransactional: boolean;
  readonly isControl: boolean;
  readonly firstTimestamp: number;
  readonly maxTimestamp: number;
  readonly producerId: bigint;
  readonly count: number;
}

const headBytes = 61;
/** As far as the version, in every version. */
const leastBytes = 17;
const currentVersion = 2;
/** Offset and length: what the length does not count. */
const uncountedBytes = 12;

/** Those of `bytes` that are whole; the last batch of an answer may be cut off. */
export async function readBatches(bytes: Buffer, of: BatchesOf): Promise<ReadBatches> {
  const records: LogRecord[] = [];
  const isAborted = abortedFilter(of.aborted);
  let next = of.from;
  for (let at = 0; at + leastBytes <= bytes.length; ) {
    const end = at + uncountedBytes + bytes.readInt32BE(at + 8);
    if (end > bytes.length || end < at + leastBytes) break;
    const isCurrent = bytes.readInt8(at + 16) === currentVersion;
    if (isCurrent && end < at + headBytes) break;
    const head = isCurrent ? headAt(bytes, at) : oldHead(bytes, at);
    const body = bytes.subarray(at + headBytes, end);
    at = end;
    if (!isAborted(head) && !head.isControl && head.lastOffset >= of.from) {
      await readBatch(head, body, of, records);
    }
    next = Math.max(next, head.lastOffset + 1);
  }
  return { records, next };
}

function headAt(bytes: Buffer, at: number): BatchHead {
  const firstOffset = Number(bytes.readBigInt64BE(at));
  const attributes = bytes.readInt16BE(at + 21);
  return {
    firstOffset,
    lastOffset: firstOffset + bytes.readInt32BE(at + 23),
    isCurrent: true,
    codec: attributes & 0x07,
    isStampedByBroker: (attributes & 0x08) !== 0,
    isTransactional: (attributes & 0x10) !== 0,
    isControl: (attributes & 0x20) !== 0,
    firstTimestamp: Number(bytes.readBigInt64BE(at + 27)),
    maxTimestamp: Number(bytes.readBigInt64BE(at + 35)),
    producerId: bytes.readBigInt64BE(at + 43),
    count: bytes.readInt32BE(at + 57),
  };
}

/** The offset in front is that of the last message. */
function oldHead(bytes: Buffer, at: number): BatchHead {
  const offset = Number(bytes.readBigInt64BE(at));
  return { ...unknownHead, firstOffset: offset, lastOffset: offset };
}

const unknownHead = {
  isCurrent: false,
  codec: 0,
  isStampedByBroker: false,
  isTransactional: false,
  isControl: false,
  firstTimestamp: 0,
  maxTimestamp: 0,
  producerId: -1n,
  count: 0,
} as const;

async function readBatch(head: BatchHead, body: Buffer, of: BatchesOf, records: LogRecord[]): Promise<void> {
  const before = records.length;
  const reason = await open(head, body, of, records);
  if (reason === undefined) return;
  records.length = before;
  const { topic, partition, from } = of;
  const place = { topic, partition, offset: head.lastOffset, timestamp: head.maxTimestamp };
  records.push(unreadableRecord(place, reason, Math.max(from, head.firstOffset)));
}

/** Appends the records of the batch; else says why it cannot. */
async function open(
  head: BatchHead,
  body: Buffer,
  of: BatchesOf,
  records: LogRecord[],
): Promise<string | undefined> {
  if (!head.isCurrent) return "unsupported-format";
  if (head.count > maxRecordsPerBatch) return "too-many-records";
  const opener = of.openers.get(head.codec);
  if (head.codec !== 0 && opener === undefined) return "unsupported-codec";
  try {
    readRecords(opener === undefined ? body : await opener(body), head, of, records);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

/** Tells, batch after batch in their order, which belong to transactions that were aborted. */
function abortedFilter(transactions: readonly AbortedTransaction[]): (head: BatchHead) => boolean {
  const waiting = [...transactions].sort((a, b) => a.firstOffset - b.firstOffset);
  const open = new Set<bigint>();
  return ({ producerId, isTransactional, isControl, lastOffset }) => {
    while (waiting[0] !== undefined && waiting[0].firstOffset <= lastOffset)
      open.add(waiting.shift()!.producerId);
    if (isControl) open.delete(producerId);
    return !isControl && isTransactional && open.has(producerId);
  };
}
