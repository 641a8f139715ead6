import { type Connection, fetchV12, type Reader } from "@platformatic/kafka";
import { answerOfCode } from "./ask.ts";
import type { AbortedTransaction } from "./record-batches.ts";

export interface FetchRequest {
  readonly topic: string;
  /** Read in this order as far as the bytes go. */
  readonly partitions: readonly { readonly partition: number; readonly offset: number }[];
  readonly maxBytesPerPartition: number;
  /** How long the broker waits where there is nothing. */
  readonly maxWaitMs: number;
}

export interface FetchedPartition {
  readonly partition: number;
  /** 0: none. */
  readonly errorCode: number;
  /** The offset that the next record gets. */
  readonly end: number;
  readonly aborted: readonly AbortedTransaction[];
  /** Record batches, the last one perhaps cut off. */
  readonly bytes: Buffer;
}

const minBytes = 1;
const maxBytes = 10 * 1024 * 1024;
const readCommitted = 1;
const noSession = { id: 0, epoch: -1 };
const noBytes = Buffer.alloc(0);

/** Asks one broker for what comes next in partitions that it leads. Rejects with the error of all, not of one. */
export function fetchFrom(
  connection: Connection,
  request: FetchRequest,
): Promise<readonly FetchedPartition[]> {
  const { topic, maxBytesPerPartition, maxWaitMs } = request;
  const partitions = request.partitions.map(({ partition, offset }) => ({
    partition,
    currentLeaderEpoch: -1,
    fetchOffset: BigInt(offset),
    lastFetchedEpoch: -1,
    partitionMaxBytes: maxBytesPerPartition,
  }));
  const topics = [{ topicId: topic, partitions }]; // up to version 12 by name
  const encode = () =>
    fetchV12.createRequest(
      maxWaitMs,
      minBytes,
      maxBytes,
      readCommitted,
      noSession.id,
      noSession.epoch,
      topics,
      [],
      "",
    );
  return new Promise((resolve, reject) => {
    const { key, version } = fetchV12.api;
    connection.send(key, version, encode, readAnswer, true, true, (error, answer) => {
      if (error) reject(error);
      else resolve(answer!);
    });
  });
}

/** As the library reads it, but for the batches: see record-batches.ts. */
function readAnswer(
  _correlation: number,
  _key: number,
  _version: number,
  reader: Reader,
): FetchedPartition[] {
  reader.readInt32(); // throttle time
  const errorCode = reader.readInt16();
  if (errorCode !== 0) throw answerOfCode(errorCode);
  reader.readInt32(); // session
  const topics = reader.readArray(() => {
    reader.readString();
    return reader.readArray(readPartition);
  });
  return topics.flat();
}

function readPartition(reader: Reader): FetchedPartition {
  const partition = reader.readInt32();
  const errorCode = reader.readInt16();
  const end = Number(reader.readInt64());
  reader.readInt64(); // last stable offset
  reader.readInt64(); // first offset
  const aborted = reader.readNullableArray(() => ({
    producerId: reader.readInt64(),
    firstOffset: Number(reader.readInt64()),
  }));
  reader.readInt32(); // preferred replica
  const length = reader.readUnsignedVarInt() - 1;
  if (length <= 0) return { partition, errorCode, end, aborted: aborted ?? [], bytes: noBytes };
  const bytes = reader.buffer.slice(reader.position, reader.position + length);
  reader.skip(length);
  return { partition, errorCode, end, aborted: aborted ?? [], bytes };
}
