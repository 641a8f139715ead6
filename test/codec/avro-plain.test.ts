import { describe, expect, it } from "vitest";
import { schemaText } from "../../src/codec/schemas.ts";
import { readRecord } from "../sources/support.ts";
import { framed, plainOf, reasonOf, written } from "./support.ts";

const native = JSON.parse(schemaText("event"));
const recordOf = (type: unknown) => ({ type: "record", name: "R", fields: [{ name: "a", type }] });
const through = (type: unknown, a: unknown) => plainOf(recordOf(type))(written(recordOf(type), { a })).a;

describe("a producer's Avro as plain JSON", () => {
  it("is what our own schema says, nesting and all", () => {
    const value = { string: "x" };
    const entry = { key: "k", value: { value: { array: [{ value: null }] } } };
    const map = { "io.corral.Entries": { entries: [entry] } };
    const list = { array: [{ value: { double: 1 } }, { value: map }] };
    const bytes = written(native, {
      id: "e1",
      timestamp: 5,
      type: "shell",
      container_id: { string: "c1" },
      severity: "low",
      source: "agent",
      details: { value, list, none: null, yes: { boolean: true } },
      enrichment: {},
    });
    expect(plainOf(native)(bytes)).toEqual({
      id: "e1",
      timestamp: 5,
      type: "shell",
      container_id: "c1",
      severity: "low",
      source: "agent",
      details: { value: "x", list: [1, { k: [null] }], none: null, yes: true },
      enrichment: {},
    });
  });

  it("tells long, int and double in one union apart, and keeps the digits of a long", () => {
    const numbers = { type: "map", values: ["null", "int", "long", "double", "string"] };
    const value = { i: { int: 1 }, l: { long: 2 }, d: { double: 0.5 }, s: { string: "x" }, n: null };
    expect(through(numbers, value)).toEqual({ i: 1, l: 2, d: 0.5, s: "x", n: null });
    const wide = Buffer.from("ffffffffffffffffff01", "hex");
    expect(plainOf(recordOf("long"))(framed(wide))).toEqual({ a: "-9223372036854775808" });
    expect(through("long", 2 ** 53 - 2)).toBe(2 ** 53 - 2);
  });

  it("brings finer timestamps to milliseconds", () => {
    expect(through({ type: "long", logicalType: "timestamp-millis" }, 1_700_000_000_123)).toBe(
      1_700_000_000_123,
    );
    expect(through({ type: "long", logicalType: "timestamp-micros" }, 1_700_000_000_123_999)).toBe(
      1_700_000_000_123,
    );
    expect(through({ type: "long", logicalType: "timestamp-micros" }, -1)).toBe(-1);
  });

  it("has words for bytes, enums and numbers that are none", () => {
    expect(through("bytes", Buffer.from("hi"))).toBe("aGk=");
    expect(through({ type: "enum", name: "E", symbols: ["A", "B"] }, "B")).toBe("B");
    expect(through("double", Number.NaN)).toBeNull();
    expect(through("float", Number.POSITIVE_INFINITY)).toBeNull();
  });

  it("may come from any schema that says what an event must say", () => {
    const theirs = {
      type: "record",
      name: "AgentEvent",
      namespace: "com.example",
      fields: [
        { name: "type", type: { type: "enum", name: "Kind", symbols: ["shell"] } },
        { name: "timestamp", type: { type: "long", logicalType: "timestamp-micros" } },
        { name: "details", type: { type: "map", values: "string" } },
        { name: "process", type: { type: "record", name: "P", fields: [{ name: "pid", type: "int" }] } },
      ],
    };
    const value = written(theirs, {
      type: "shell",
      timestamp: 1_700_000_000_123_456,
      details: { user: "root" },
      process: { pid: 7 },
    });
    const events = readRecord({ value, headers: {}, origin: null }, plainOf(theirs));
    expect(events).toMatchObject([
      { type: "shell", timestamp: 1_700_000_000_123, details: { user: "root", process: { pid: 7 } } },
    ]);
  });

  it("is no event when its time is beyond 2^53", () => {
    const theirs = {
      type: "record",
      name: "T",
      fields: [
        { name: "type", type: "string" },
        { name: "timestamp", type: "long" },
      ],
    };
    const value = framed(Buffer.concat([Buffer.from([2, 0x61]), Buffer.from("feffffffffffffffff01", "hex")]));
    expect(plainOf(theirs)(value)).toEqual({ type: "a", timestamp: "9223372036854775807" });
    expect(reasonOf(() => readRecord({ value, headers: {}, origin: null }, plainOf(theirs)))).toBe(
      "invalid-time",
    );
  });

  it("is refused when it is no map, or names a schema nobody knows", () => {
    expect(reasonOf(() => plainOf({ type: "array", items: "int" })(framed([0])))).toBe("bad-shape");
    expect(reasonOf(() => plainOf(native)(Buffer.from([0, 0])))).toBe("bad-avro");
  });
});
