/**
 * Snappy as Kafka's producers send it: raw, or in the framing of the Java library (xerial): a magic of 16 bytes, then
 * chunks of a four-byte length and raw Snappy each. What it will open to stands in front, so it is bounded before.
 */
import { snappyDecompress } from "@platformatic/wasm-utils";
import { tooLarge } from "./too-large.ts";

const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const xerialHead = 16;

/** Throws an error for what is broken, and one of code ERR_BUFFER_TOO_LARGE for what exceeds `maxBytes`. */
export function openSnappy(bytes: Buffer, maxBytes: number): Buffer {
  const chunks = bytes.subarray(0, xerialMagic.length).equals(xerialMagic) ? xerialChunks(bytes) : [bytes];
  if (chunks.reduce((sum, chunk) => sum + openedLength(chunk), 0) > maxBytes) throw tooLarge(maxBytes);
  const opened = chunks.map((chunk) => snappyDecompress(chunk));
  return opened.length === 1 ? opened[0]! : Buffer.concat(opened);
}

function xerialChunks(bytes: Buffer): readonly Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = xerialHead; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) throw new RangeError("Cannot open Snappy: a chunk ends behind the batch");
    chunks.push(bytes.subarray(at + 4, end));
    at = end;
  }
  if (chunks.length === 0) throw new RangeError("Cannot open Snappy: it must hold a chunk");
  return chunks;
}

/** Raw Snappy begins with its length, a varint of at most 32 bits. */
function openedLength(chunk: Buffer): number {
  let length = 0;
  for (let place = 0; place < 5; place += 1) {
    const byte = chunk.readUInt8(place);
    length += (byte & 0x7f) * 2 ** (7 * place);
    if (byte < 0x80) return length;
  }
  throw new RangeError("Cannot open Snappy: its length must be of 32 bits");
}
