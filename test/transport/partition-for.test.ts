import fc from "fast-check";
import { Partitioners } from "kafkajs";
import { expect, test } from "vitest";
import { partitionFor } from "../../src/transport/kafka/partition-for.ts";

test("agrees with the hashes that the Java client publishes for its own tests", () => {
  // UtilsTest.testMurmur2 of apache/kafka: the hash, made positive, modulo the partitions.
  const published: [string, number][] = [
    ["21", -973932308],
    ["foobar", -790332482],
    ["a-little-bit-long-string", -985981536],
    ["a-little-bit-longer-string", -1486304829],
    ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
  ];
  for (const [key, hash] of published) {
    for (const partitions of [1, 6, 12, 1_000]) {
      expect(partitionFor(key, partitions)).toBe((hash & 0x7fffffff) % partitions);
    }
  }
});

test("agrees with a client's own partitioner for any key", () => {
  const choose = Partitioners.DefaultPartitioner();
  const part = (partitionId: number) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 0,
    replicas: [],
    isr: [],
  });
  const anyKey = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.uint8Array({ maxLength: 70 }).map(Buffer.from),
  );
  const check = fc.property(anyKey, fc.integer({ min: 1, max: 100 }), (key, count) => {
    const partitionMetadata = Array.from({ length: count }, (_, index) => part(index));
    expect(partitionFor(key, count)).toBe(
      choose({ topic: "", partitionMetadata, message: { key, value: null } }),
    );
  });
  fc.assert(check);
});

test("a key is the same as text and as bytes", () => {
  expect(partitionFor(Buffer.from("container=é"), 12)).toBe(partitionFor("container=é", 12));
});

test("refuses a number of partitions that no topic has", () => {
  for (const partitions of [0, -1, 1.5, Number.NaN]) {
    expect(() => partitionFor("key", partitions)).toThrow(RangeError);
  }
});
