import { promisify } from "node:util";
import zlib from "node:zlib";
import kafkajs, { CompressionTypes } from "kafkajs";
import { openLz4 } from "./lz4.ts";
import { type BatchShape, batchShape, markedBatch, maxRecordsPerBatch } from "./marked-batch.ts";
import { openSnappy } from "./snappy.ts";
import { type StandingBatch, tellOf } from "./standing-batch.ts";

// A module of the older kind: Node sees only some of its exports by name.
const { CompressionCodecs } = kafkajs;

type Decompress = (bytes: Buffer) => Promise<Buffer>;

/** What the client asks of a codec. */
interface Codec {
  compress(): Promise<never>;
  decompress: Decompress;
}

const gunzip = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip);
/** Node 22.15 and later. */
const unzstd = zlib.zstdDecompress && promisify<Buffer, zlib.ZstdOptions, Buffer>(zlib.zstdDecompress);

/**
 * Replaces the client's codecs, for all clients of this process: none opens a batch to more than `maxBatchBytes`, and
 * what cannot be opened comes as a marked batch instead of an error that would stop the reader. A batch that the client
 * can neither read nor step over is told of to who fetches: see standing-batch.ts.
 */
export function installBoundedCodecs(maxBatchBytes: number): void {
  const bound = { maxOutputLength: maxBatchBytes };
  const openGzip: Decompress = (bytes) => gunzip(bytes, bound);
  const openZstd: Decompress | undefined = unzstd && ((bytes) => unzstd(bytes, bound));
  CompressionCodecs[CompressionTypes.GZIP] = () => bounded(openGzip);
  CompressionCodecs[CompressionTypes.ZSTD] = () => bounded(openZstd);
  CompressionCodecs[CompressionTypes.Snappy] = () =>
    bounded(async (bytes) => openSnappy(bytes, maxBatchBytes));
  CompressionCodecs[CompressionTypes.LZ4] = () => bounded(async (bytes) => openLz4(bytes, maxBatchBytes));
}

function bounded(open: Decompress | undefined): Codec {
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

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ERR_BUFFER_TOO_LARGE" ? "too-large" : "corrupt";
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
