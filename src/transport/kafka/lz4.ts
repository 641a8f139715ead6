/**
 * LZ4 frames, as Kafka's producers send them. A frame does not say what it will open to, so its sequences are walked
 * first (LZ4 frame format 1.6, block format): that costs no memory, and one megabyte could open to 255.
 */
import { lz4Decompress } from "@platformatic/wasm-utils";
import { tooLarge } from "./too-large.ts";

const magic = 0x184d2204;
/** A block may be stored as it is: the highest bit of its length says so. */
const storedBit = 0x8000_0000;

/** Throws an error for what is broken, and one of code ERR_BUFFER_TOO_LARGE for what exceeds `maxBytes`. */
export function openLz4(bytes: Buffer, maxBytes: number): Buffer {
  if (openedLength(bytes, maxBytes) > maxBytes) throw tooLarge(maxBytes);
  return lz4Decompress(bytes);
}

/** Of one frame; stops counting beyond `enough`. */
function openedLength(bytes: Buffer, enough: number): number {
  if (bytes.readUInt32LE(0) !== magic)
    throw new RangeError("Cannot open LZ4: it must begin with a frame's magic");
  const flags = bytes.readUInt8(4);
  const [hasBlockChecksum, hasContentSize, hasDictionary] = [flags & 0x10, flags & 0x08, flags & 0x01];
  let at = 6 + (hasContentSize === 0 ? 0 : 8) + (hasDictionary === 0 ? 0 : 4) + 1;
  let length = 0;
  while (length <= enough) {
    const size = bytes.readUInt32LE(at);
    at += 4;
    if (size === 0) return length;
    const end = at + (size % storedBit);
    if (end > bytes.length) throw new RangeError("Cannot open LZ4: a block ends behind the batch");
    length += size >= storedBit ? end - at : blockLength(bytes, at, end);
    at = end + (hasBlockChecksum === 0 ? 0 : 4);
  }
  return length;
}

/** Each sequence: a token, literals, and a match of at least four bytes; the last has no match. */
function blockLength(bytes: Buffer, start: number, end: number): number {
  let length = 0;
  let at = start;
  const more = (nibble: number): number => {
    let value = nibble;
    for (let byte = 255; nibble === 15 && byte === 255; at += 1) {
      byte = bytes.readUInt8(at);
      value += byte;
    }
    return value;
  };
  while (at < end) {
    const token = bytes.readUInt8(at);
    at += 1;
    const literals = more(token >> 4);
    at += literals;
    length += literals;
    if (at >= end) break;
    at += 2;
    length += more(token & 15) + 4;
  }
  return length;
}
