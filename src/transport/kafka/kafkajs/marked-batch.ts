/**
 * A codec of the Kafka client gets the compressed bytes of a record batch and nothing else; when it throws, the whole
 * fetch fails, over and over. So it answers with records of its own making, that say why the batch could not be opened.
 * How many the client expects and which offsets they have stands in the batch header, which lies in memory right before
 * the bytes given (record batch v2: https://kafka.apache.org/documentation/#recordbatch).
 */
const headerBytes = 61;
const offsetIn = { base: 0, length: 8, magic: 16, lastOffsetDelta: 23, maxTimestamp: 35, count: 57 } as const;

/** Memory of marked batches. A value that lies in it is a mark, whatever producers write. */
const marked = new WeakSet<ArrayBufferLike>();

export interface BatchShape {
  readonly baseOffset: bigint;
  readonly count: number;
  readonly lastOffsetDelta: number;
  /** Epoch milliseconds. */
  readonly maxTimestamp: bigint;
}

/** The header before `compressed`; undefined where there is none, as in message formats before version 2. */
export function batchShape(compressed: Buffer): BatchShape | undefined {
  if (compressed.byteOffset < headerBytes) return undefined;
  const header = Buffer.from(compressed.buffer, compressed.byteOffset - headerBytes, headerBytes);
  const isBatch =
    header.readInt8(offsetIn.magic) === 2 &&
    header.readInt32BE(offsetIn.length) === headerBytes - 12 + compressed.length;
  if (!isBatch) return undefined;
  return {
    baseOffset: header.readBigInt64BE(offsetIn.base),
    count: header.readInt32BE(offsetIn.count),
    lastOffsetDelta: header.readInt32BE(offsetIn.lastOffsetDelta),
    maxTimestamp: header.readBigInt64BE(offsetIn.maxTimestamp),
  };
}

/** `count` records, the last one at the last offset of the batch; `markOf` tells their values from all others. */
export function markedBatch({ count, lastOffsetDelta }: BatchShape, reason: string): Buffer {
  const value = Buffer.from(reason);
  const bytes: number[] = [];
  for (let index = 0; index < count; index++) {
    const delta = index === count - 1 ? lastOffsetDelta : index;
    // attributes, timestamp delta, offset delta, no key, value, no headers
    const body = [0, 0, ...varint(delta), ...varint(-1), ...varint(value.length), ...value, 0];
    bytes.push(...varint(body.length), ...body);
  }
  const batch = Buffer.alloc(bytes.length); // memory of its own, never from the pool
  batch.set(bytes);
  marked.add(batch.buffer);
  return batch;
}

/** The reason, where `value` is of a marked batch. */
export function markOf(value: Buffer | null): string | undefined {
  return value !== null && marked.has(value.buffer) ? value.toString() : undefined;
}

/** Zigzag variable-length integer, as record batches use it. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return bytes;
}
