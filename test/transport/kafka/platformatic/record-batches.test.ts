import { gzipSync } from "node:zlib";
import { createRecordsBatch } from "@platformatic/kafka";
import { expect, test } from "vitest";
import { openersWithin } from "../../../../src/transport/kafka/open-batch.ts";
import {
  type AbortedTransaction,
  readBatches,
} from "../../../../src/transport/kafka/platformatic/record-batches.ts";
import type { LogRecord } from "../../../../src/transport/log.ts";
import { unreadableOf } from "../../../../src/transport/unreadable.ts";

const at = 1_700_000_000_000;
/** Where fields stand in a batch. */
const field = {
  length: 8,
  magic: 16,
  attributes: 21,
  lastOffsetDelta: 23,
  maxTimestamp: 35,
  producerId: 43,
  count: 57,
};
const flag = { stampedByBroker: 0x08, transactional: 0x10, control: 0x20 };

interface BatchOptions {
  readonly compression?: "gzip" | "snappy" | "lz4" | "zstd";
  readonly attributes?: number;
  readonly producerId?: bigint;
  readonly lastOffsetDelta?: number;
}

/** A batch as a broker keeps it. */
function batch(firstOffset: number, values: readonly (string | Buffer | null)[], options: BatchOptions = {}) {
  const messages = values.map((value, index) => ({
    topic: "t",
    value: (typeof value === "string" ? Buffer.from(value) : value) as Buffer,
    timestamp: BigInt(at + index),
  }));
  const { compression = "none" } = options;
  const bytes = Buffer.from(createRecordsBatch(messages, { compression }).buffer);
  bytes.writeBigInt64BE(BigInt(firstOffset));
  const attributes = bytes.readInt16BE(field.attributes) | (options.attributes ?? 0);
  bytes.writeInt16BE(attributes, field.attributes);
  if (options.producerId !== undefined) bytes.writeBigInt64BE(options.producerId, field.producerId);
  if (options.lastOffsetDelta !== undefined)
    bytes.writeInt32BE(options.lastOffsetDelta, field.lastOffsetDelta);
  return bytes;
}

const read = (bytes: Buffer, from = 0, aborted: readonly AbortedTransaction[] = [], maxBytes = 1_000_000) =>
  readBatches(bytes, { topic: "t", partition: 3, from, aborted, openers: openersWithin(maxBytes) });

const told = (records: readonly LogRecord[]) =>
  records.map((record) => `${record.offset} ${unreadableOf(record)?.reason ?? record.value}`);

test("Records come with what they were sent with, and nothing of a batch that is cut off", async () => {
  const message = {
    topic: "t",
    key: Buffer.from("clé"),
    value: Buffer.from("é"),
    headers: new Map([
      [Buffer.from("a"), Buffer.from("1")],
      [Buffer.from("a"), Buffer.from("ü")],
    ]),
    timestamp: BigInt(at),
  };
  const far = { ...message, key: Buffer.alloc(0), headers: new Map() };
  const whole = Buffer.from(createRecordsBatch([message, far]).buffer);
  const { records, next } = await read(Buffer.concat([whole, batch(2, ["next"]).subarray(0, -1)]));
  expect(records).toEqual([
    {
      topic: "t",
      partition: 3,
      offset: 0,
      timestamp: at,
      key: Buffer.from("clé"),
      value: Buffer.from("é"),
      headers: { a: "ü" },
    },
    {
      topic: "t",
      partition: 3,
      offset: 1,
      timestamp: at,
      key: Buffer.alloc(0),
      value: Buffer.from("é"),
      headers: {},
    },
  ]);
  expect(next).toBe(2);
});

test("Times of one batch may lie decades apart", async () => {
  // Its length, attributes, 2^40 ms, offset delta, no key, no value, no headers; numbers are doubled, seven bits a byte.
  const record = Buffer.from([22, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40, 0, 1, 1, 0]);
  const bytes = Buffer.concat([batch(0, ["a"]).subarray(0, 61), record]);
  bytes.writeInt32BE(bytes.length - 12, field.length);
  expect((await read(bytes)).records).toMatchObject([{ offset: 0, timestamp: at + 2 ** 40 }]);
});

test("What lies before the offset asked for is left out", async () => {
  const bytes = Buffer.concat([batch(0, ["a", "b"]), batch(2, ["c", null, "e"])]);
  expect(told((await read(bytes, 3)).records)).toEqual(["3 null", "4 e"]);
  expect(await read(bytes, 5)).toEqual({ records: [], next: 5 });
});

test("Each codec opens", async () => {
  for (const compression of ["gzip", "snappy", "lz4", "zstd"] as const) {
    expect(told((await read(batch(7, ["a", "b"], { compression }))).records)).toEqual(["7 a", "8 b"]);
  }
});

test("Where the broker stamps what it appends, its time is that of every record", async () => {
  const bytes = batch(0, ["a", "b"], { attributes: flag.stampedByBroker });
  bytes.writeBigInt64BE(BigInt(at + 500), field.maxTimestamp);
  expect((await read(bytes)).records.map(({ timestamp }) => timestamp)).toEqual([at + 500, at + 500]);
});

test("Reading goes on behind what compaction has left of a batch", async () => {
  const emptied = batch(10, ["x"], { lastOffsetDelta: 9 });
  emptied.writeInt32BE(0, field.count);
  const bytes = Buffer.concat([batch(0, ["a"], { lastOffsetDelta: 9 }), emptied]);
  const { records, next } = await read(bytes);
  expect(told(records)).toEqual(["0 a"]);
  expect(next).toBe(20);
});

test("Of one producer, what it aborted is not seen, time and again, and what it committed between is", async () => {
  const ours = { attributes: flag.transactional, producerId: 5n };
  const marker = { attributes: flag.transactional | flag.control, producerId: 5n };
  const bytes = Buffer.concat([
    batch(0, ["aborted"], ours),
    batch(1, ["another's"]),
    batch(2, ["end"], marker),
    batch(3, ["committed"], ours),
    batch(4, ["end"], marker),
    batch(5, ["aborted again"], ours),
    batch(6, ["end"], marker),
    batch(7, ["of another producer"], { attributes: flag.transactional, producerId: 6n }),
  ]);
  const aborted = [
    { producerId: 5n, firstOffset: 5 },
    { producerId: 5n, firstOffset: 0 },
  ];
  const { records, next } = await read(bytes, 0, aborted);
  expect(told(records)).toEqual(["1 another's", "3 committed", "7 of another producer"]);
  expect(next).toBe(8);
});

test("A batch that cannot be opened is one record that says why; those around it are read", async () => {
  const bomb = batch(1, ["x", Buffer.alloc(60_000)], { compression: "gzip" });
  const broken = batch(3, ["a", "b"], { compression: "gzip" });
  broken.fill(0xff, broken.length - 20);
  const unknown = batch(5, ["a"]);
  unknown.writeInt16BE(7, field.attributes);
  const claiming = batch(6, ["a", "b"]);
  claiming.writeInt32BE(100_001, field.count);
  const lying = batch(8, ["a", "b"]);
  lying.writeInt32BE(3, field.count);
  const old = batch(10, ["a"]);
  old.writeInt8(1, field.magic);
  const short = Buffer.alloc(30);
  short.writeBigInt64BE(11n);
  short.writeInt32BE(18, field.length);
  const bytes = Buffer.concat([
    batch(0, ["a"]),
    bomb,
    broken,
    unknown,
    claiming,
    lying,
    old,
    short,
    batch(12, ["z"]),
  ]);
  const { records, next } = await read(bytes, 0, [], 50_000);
  expect(told(records)).toEqual([
    "0 a",
    "2 too-large",
    "4 corrupt",
    "5 unsupported-codec",
    "7 too-many-records",
    "9 corrupt",
    "10 unsupported-format",
    "11 unsupported-format",
    "12 z",
  ]);
  expect(unreadableOf(records[1]!)).toEqual({ reason: "too-large", firstOffset: 1, lastOffset: 2 });
  expect(records[1]).toMatchObject({ topic: "t", partition: 3, key: null, value: null, timestamp: at + 1 });
  expect(next).toBe(13);
});

test("Records of a length that no batch can have are broken, and cost nothing", async () => {
  for (const body of [Buffer.alloc(10, 0xff), Buffer.from([0xfe, 0xff, 0xff, 0xff, 0x0f, 0])]) {
    const bytes = Buffer.concat([batch(0, ["a"]).subarray(0, 61), gzipSync(body)]);
    bytes.writeInt16BE(1, field.attributes);
    bytes.writeInt32BE(bytes.length - 12, field.length);
    expect(told((await read(bytes)).records)).toEqual(["0 corrupt"]);
  }
});
