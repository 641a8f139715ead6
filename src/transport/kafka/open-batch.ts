/**
 * What compressed record batches open to, and no more of it than is allowed: half a megabyte of gzip can hold half a
 * gigabyte. The numbers are those of a batch's attributes (https://kafka.apache.org/documentation/#recordbatch).
 */
import { promisify } from "node:util";
import zlib from "node:zlib";
import { openLz4 } from "./lz4.ts";
import { openSnappy } from "./snappy.ts";

export type OpenBatch = (bytes: Buffer) => Promise<Buffer>;

export const codecs = { gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const;

/** A batch that claims more is not opened. kafkajs spreads them over the arguments of one call: about 125,000 exceed the stack. */
export const maxRecordsPerBatch = 100_000;

const gunzip = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip);
/** Node 22.15 and later. */
const unzstd = zlib.zstdDecompress && promisify<Buffer, zlib.ZstdOptions, Buffer>(zlib.zstdDecompress);

/** By number of codec; what is missing this Node cannot open. Each rejects with what `reasonOf` puts into a word. */
export function openersWithin(maxBatchBytes: number): ReadonlyMap<number, OpenBatch> {
  const bound = { maxOutputLength: maxBatchBytes };
  const openers = new Map<number, OpenBatch>([
    [codecs.gzip, (bytes) => gunzip(bytes, bound)],
    [codecs.snappy, async (bytes) => openSnappy(bytes, maxBatchBytes)],
    [codecs.lz4, async (bytes) => openLz4(bytes, maxBatchBytes)],
  ]);
  if (unzstd) openers.set(codecs.zstd, (bytes) => unzstd(bytes, bound));
  return openers;
}

/** Why a batch could not be opened, as an unreadable record has it. */
export function reasonOf(error: unknown): "too-large" | "corrupt" {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ERR_BUFFER_TOO_LARGE" ? "too-large" : "corrupt";
}
