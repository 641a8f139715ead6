import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { TransientError } from "../../src/errors.ts";
import { builtInNames } from "../../src/sources/formats.ts";
import { maxBytes, maxEventsPerRecord, maxRecordDepth } from "../../src/sources/limits.ts";
import { loadFormats } from "../../src/sources/load-formats.ts";
import { bytes, noAvro, read, readOne, readRecord, reasonOf } from "./support.ts";

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
    expect(reason(bytes({ type: 7, timestamp: 1, rule: "r", time: "", output_fields: 3 }))).toBe(
      "invalid-field",
    );
  });

  it("refuses more depth than the bound, however much more and in whichever encoding", () => {
    const nested = (depth: number) =>
      `{"type":"a","timestamp":1,"x":${"[".repeat(depth)}${"]".repeat(depth)}}`;
    expect(() => read(nested(maxRecordDepth - 1))).not.toThrow();
    expect(reasonOf(() => read(nested(maxRecordDepth)))).toBe("too-deep");
    expect(reasonOf(() => read(nested(500_000)))).toBe("too-deep");
    expect(reasonOf(() => read(`${'{"a":'.repeat(170_000)}1${"}".repeat(170_000)}`))).toBe("too-deep");
    const avro = { value: Buffer.alloc(6), headers: {}, origin };
    expect(reasonOf(() => readRecord(avro, () => JSON.parse(nested(maxRecordDepth))))).toBe("too-deep");
  });

  it("takes text of more depth than the bound for text", () => {
    const text = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    expect(readOne(JSON.stringify(text), origin)).toMatchObject({
      type: "unmapped.json",
      source: "unmapped",
    });
    const map = `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`;
    expect(readOne([map], origin)).toMatchObject({ type: "unmapped.json", source: "unmapped" });
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

  it("takes JSON of a shape that nobody knows, at the time that it or the broker says", () => {
    expect(readOne({ hello: "world", kind: "Door Opened", time: "2026-01-05T10:00:00Z" })).toMatchObject({
      type: "unmapped.door_opened",
      source: "unmapped",
      timestamp: Date.UTC(2026, 0, 5, 10),
      details: { hello: "world", kind: "Door Opened" },
    });
    expect(readOne({ hello: "world" }, origin)).toMatchObject({
      type: "unmapped.json",
      timestamp: origin.broker_time,
      enrichment: { clock_replaced: true },
    });
    expect(readOne({ type: "no time" }, origin).type).toBe("unmapped.no_time");
    expect(readOne("12", origin).details).toEqual({ value: 12 });
    expect(reasonOf(() => read({ hello: "world" }))).toBe("invalid-time");
    expect(readOne({ a: 1, b: 2 }, origin).id).toBe(readOne({ b: 2, a: 1 }, origin).id);
  });

  it("reads the events of a list one by one", () => {
    const events = read([event, { ...event, id: "e2" }], origin);
    expect(events.map(({ id, origin: place }) => [id, place?.index])).toEqual([
      ["e1", 0],
      ["e2", 1],
    ]);
    expect(read("[]")).toEqual([]);
  });

  it("refuses more events in one record than the bound, however they are wrapped", () => {
    const many = (count: number) => JSON.stringify(Array.from({ length: count }, () => 1));
    expect(read(many(maxEventsPerRecord), origin)).toHaveLength(maxEventsPerRecord);
    expect(reasonOf(() => read(many(maxEventsPerRecord + 1), origin))).toBe("too-many-events");
    const half = many(maxEventsPerRecord / 2 + 1);
    expect(reasonOf(() => read(`[${half},${half}]`, origin))).toBe("too-many-events");
  });

  it("reads nothing that docs/sources.md does not name", () => {
    const docs = readFileSync(new URL("../../docs/sources.md", import.meta.url), "utf8");
    for (const name of builtInNames) expect(docs).toMatch(new RegExp(`^\\| .*\`${name}\`.* \\|`, "m"));
  });

  it("tries Falco's telling shape before our own", () => {
    const { sources } = loadFormats();
    const names = sources.map(({ name }) => name);
    expect(names.indexOf("falco")).toBeLessThan(names.indexOf("native"));
  });
});
