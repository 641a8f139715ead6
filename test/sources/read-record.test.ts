import { describe, expect, it } from "vitest";
import { TransientError } from "../../src/errors.ts";
import { maxBytes, maxDepth, readRecord } from "../../src/sources/read-record.ts";
import { sources } from "../../src/sources/recognise.ts";
import { bytes, noAvro, read, readOne, reasonOf } from "./support.ts";

const origin = { topic: "events.raw", partition: 3, offset: 42, broker_time: 1_000 };
const event = { id: "e1", type: "shell", timestamp: 1_000 };

describe("readRecord", () => {
  it("stamps each event with the record's origin and its place in it", () => {
    expect(readOne(event, origin).origin).toEqual({ ...origin, index: 0 });
    expect(readOne(event)).not.toHaveProperty("origin");
  });

  it("gives the same events for the same record", () => {
    expect(read(event, origin)).toEqual(read(event, origin));
  });

  it("hands frozen events out", () => {
    expect(Object.isFrozen(readOne(event, origin))).toBe(true);
    expect(Object.isFrozen(readOne(event))).toBe(true);
  });

  it("says why a record cannot be read", () => {
    const reason = (value: Buffer | null) =>
      reasonOf(() => readRecord({ value, headers: {}, origin }, noAvro));
    expect(reason(null)).toBe("empty");
    expect(reason(Buffer.alloc(0))).toBe("empty");
    expect(reason(Buffer.alloc(maxBytes + 1, 0x20))).toBe("too-large");
    expect(reason(Buffer.alloc(maxBytes + 1))).toBe("too-large");
    expect(reason(bytes("not json"))).toBe("not-json");
    expect(reason(Buffer.from([0xff, 0xfe, 0x00]))).toBe("not-json");
    expect(reason(bytes("[]"))).toBe("unrecognised");
    expect(reason(bytes("12"))).toBe("unrecognised");
    expect(reason(bytes({ hello: "world" }))).toBe("unrecognised");
    expect(reason(bytes({ type: "no time" }))).toBe("unrecognised");
  });

  it("refuses more depth than the bound, however much more and in whichever encoding", () => {
    const nested = (depth: number) =>
      `{"type":"a","timestamp":1,"x":${"[".repeat(depth)}${"]".repeat(depth)}}`;
    expect(() => read(nested(maxDepth - 1))).not.toThrow();
    expect(reasonOf(() => read(nested(maxDepth)))).toBe("too-deep");
    expect(reasonOf(() => read(nested(500_000)))).toBe("too-deep");
    expect(reasonOf(() => read(`${'{"a":'.repeat(170_000)}1${"}".repeat(170_000)}`))).toBe("too-deep");
    const avro = { value: Buffer.alloc(6), headers: {}, origin };
    expect(reasonOf(() => readRecord(avro, () => JSON.parse(nested(maxDepth))))).toBe("too-deep");
  });

  it("reads Avro through the codec, at once or when the schema has come", async () => {
    const record = { value: Buffer.from([0, 0, 0, 0, 7, 1]), headers: {}, origin };
    const atOnce = readRecord(record, () => event);
    expect(atOnce).not.toBeInstanceOf(Promise);
    const later = readRecord(record, () => Promise.resolve(event));
    expect(later).toBeInstanceOf(Promise);
    expect(await later).toEqual(atOnce);
    await expect(readRecord(record, () => Promise.reject(new TransientError("away")))).rejects.toThrow(
      TransientError,
    );
  });

  it("tries Falco's telling shape before our own", () => {
    expect(sources.map(({ name }) => name)).toEqual(["falco", "native"]);
  });
});
