import { lz4Compress, snappyCompress } from "@platformatic/wasm-utils";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openLz4 } from "../../../src/transport/kafka/lz4.ts";
import { openSnappy } from "../../../src/transport/kafka/snappy.ts";

const mebi = 1024 * 1024;

/** In the framing of the Java library. */
function xerial(...chunks: readonly Buffer[]): Buffer {
  const head = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
  const framed = chunks.flatMap((chunk) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(chunk.length);
    return [length, chunk];
  });
  return Buffer.concat([head, ...framed]);
}

const codecs = [
  ["lz4", (bytes: Buffer) => lz4Compress(bytes), openLz4],
  ["snappy", (bytes: Buffer) => snappyCompress(bytes), openSnappy],
  ["snappy of Java", (bytes: Buffer) => xerial(snappyCompress(bytes)), openSnappy],
] as const;

describe.each(codecs)("%s", (_name, compress, open) => {
  it("opens what was compressed, and knows how large it will be", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "bc", "def".repeat(40), "x".repeat(400), "é")), (parts) => {
        const bytes = Buffer.from(parts.join(""));
        const packed = compress(bytes);
        expect(open(packed, bytes.length)).toEqual(bytes);
        if (bytes.length > 0) expect(() => open(packed, bytes.length - 1)).toThrow("at most");
      }),
    );
  });

  it("does not open a bomb", () => {
    const bomb = compress(Buffer.alloc(64 * mebi));
    expect(bomb.length).toBeLessThan(4 * mebi);
    expect(() => open(bomb, 32 * mebi)).toThrow(expect.objectContaining({ code: "ERR_BUFFER_TOO_LARGE" }));
  });

  it("throws for whatever is broken", () => {
    const packed = compress(Buffer.from("some text that is compressed, some text that is compressed"));
    for (let length = 0; length < packed.length - 5; length += 1) {
      expect(() => open(packed.subarray(0, length), mebi)).toThrow();
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        try {
          expect(open(Buffer.from(noise), mebi).length).toBeLessThanOrEqual(mebi);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });
});

it("Snappy of Java comes in several chunks", () => {
  const [a, b] = [Buffer.from("first"), Buffer.from("second")];
  expect(openSnappy(xerial(snappyCompress(a), snappyCompress(b)), 100)).toEqual(Buffer.concat([a, b]));
  expect(() => openSnappy(xerial(snappyCompress(a), snappyCompress(b)), 10)).toThrow("at most");
});
