import kafkajs from "kafkajs";
import { codecs, maxRecordsPerBatch, type OpenBatch, openersWithin, reasonOf } from "../open-batch.ts";
import { type BatchShape, batchShape, markedBatch } from "./marked-batch.ts";
import { type StandingBatch, tellOf } from "./standing-batch.ts";

// A module of the older kind: Node sees only some of its exports by name.
const { CompressionCodecs } = kafkajs;

/** What the client asks of a codec. */
interface Codec {
  compress(): Promise<never>;
  decompress: OpenBatch;
}

/**
 * Replaces the client's codecs, for all clients of this process: none opens a batch to more than `maxBatchBytes`, and
 * what cannot be opened comes as a marked batch instead of an error that would stop the reader. A batch that the client
 * can neither read nor step over is told of to who fetches: see standing-batch.ts.
 */
export function installBoundedCodecs(maxBatchBytes: number): void {
  const openers = openersWithin(maxBatchBytes);
  for (const codec of Object.values(codecs)) {
    const open = openers.get(codec);
    CompressionCodecs[codec] = () => bounded(open);
  }
}

function bounded(open: OpenBatch | undefined): Codec {
  return {
    compress: () => Promise.reject(new Error("Cannot compress: requests are sent as they are")),
    decompress: async (bytes) => {
      const shape = batchShape(bytes);
      if (!shape) return open ? open(bytes) : Promise.reject(new Error("Cannot open: unsupported codec"));
      if (shape.count > maxRecordsPerBatch) {
        tellOf(standingBatch(shape));
        throw new UnreadableBatch(shape);
      }
      if (!open) return markedBatch(shape, "unsupported-codec");
      try {
        return await open(bytes);
      } catch (error) {
        return markedBatch(shape, reasonOf(error));
      }
    },
  };
}

function standingBatch({ baseOffset, lastOffsetDelta, maxTimestamp, count }: BatchShape): StandingBatch {
  const firstOffset = Number(baseOffset);
  return { firstOffset, lastOffset: firstOffset + lastOffsetDelta, timestamp: Number(maxTimestamp), count };
}

/**
 * More records than the client can take. Under this name it ends the client's reading of the answer instead of failing
 * it: what came before is delivered, and the partition stands still at the batch while the others go on.
 */
class UnreadableBatch extends Error {
  override readonly name = "KafkaJSPartialMessageError";

  constructor({ count, baseOffset }: BatchShape) {
    super(
      `Cannot open the batch at offset ${baseOffset}: it must have at most ${maxRecordsPerBatch} records: current value is ${count}`,
    );
  }
}
