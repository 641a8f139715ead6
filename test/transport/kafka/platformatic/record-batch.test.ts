import { crc32c, createRecordsBatch, Reader, readRecordsBatch } from "@platformatic/kafka";
import fc from "fast-check";
import { expect, test } from "vitest";
import { recordBatch } from "../../../../src/transport/kafka/platformatic/record-batch.ts";
import { readBatches } from "../../../../src/transport/kafka/platformatic/record-batches.ts";

const at = 1_700_000_000_000;
const outgoing = fc.record({
  topic: fc.constant("t"),
  key: fc.oneof(
    fc.constant(null),
    fc.string(),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  ),
  value: fc.oneof(
    fc.constant(null),
    fc.uint8Array({ maxLength: 9_000 }).map((bytes) => Buffer.from(bytes)),
  ),
  headers: fc.dictionary(
    fc.string({ unit: "grapheme" }).filter((name) => name !== "__proto__"),
    fc.string({ unit: "grapheme" }),
    { noNullPrototype: true },
  ),
});

test("What is written is read as it was given", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(outgoing, { minLength: 1, maxLength: 80 }), async (records) => {
      const of = { topic: "t", partition: 0, from: 0, aborted: [], openers: new Map() };
      const read = await readBatches(recordBatch(records, at), of);
      expect(read).toEqual({
        records: records.map(({ topic, key, value, headers }, offset) => ({
          topic,
          partition: 0,
          offset,
          timestamp: at,
          key: key === null ? null : Buffer.from(key),
          value,
          headers,
        })),
        next: records.length,
      });
    }),
    { numRuns: 200 },
  );
});

test("It is, byte by byte, what the library makes of it, but for what means nothing without a producer's id", () => {
  const text = "é".repeat(40_000);
  const records = [
    { topic: "t", key: "clé", value: Buffer.from("one"), headers: { a: "ü", b: "" } },
    { topic: "t", key: null, value: null },
    { topic: "t", key: Buffer.alloc(0), value: Buffer.from(text) },
  ];
  const theirs = createRecordsBatch(
    records.map(({ topic, key, value, headers }) => ({
      topic,
      value: value as Buffer,
      ...(key === null ? {} : { key: Buffer.from(key) }),
      headers: new Map(
        Object.entries(headers ?? {}).map(([name, header]) => [Buffer.from(name), Buffer.from(header)]),
      ),
      timestamp: BigInt(at),
    })),
  ).buffer;
  const ours = recordBatch(records, at);
  const recordsIn = (bytes: Buffer) => bytes.subarray(57);
  expect(recordsIn(ours).equals(recordsIn(theirs))).toBe(true);
  expect(ours.length).toBe(theirs.length);
  const { crc, ...head } = readRecordsBatch(Reader.from(ours));
  expect(crc).toBe(crc32c(ours.subarray(21)) >>> 0);
  expect(head).toMatchObject({ magic: 2, attributes: 0, lastOffsetDelta: 2, producerId: -1n });
});
