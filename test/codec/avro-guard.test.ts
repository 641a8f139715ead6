import avro from "avsc";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileGuard, maxEmptyItems } from "../../src/codec/avro-guard.ts";
import { enrichedEvent } from "../../src/codec/enriched-event.ts";
import { schemaText, schemaType } from "../../src/codec/schemas.ts";
import { InvalidMessage } from "../../src/errors.ts";
import { event } from "./records.ts";
import { avroCodecOf, framed, plainOf, reasonOf } from "./support.ts";

const guardOf = (schema: unknown, depth = 64, items?: number) => {
  const type = avro.Type.forSchema(schema as never, { wrapUnions: "always" });
  const guard = compileGuard(type, { depth, ...(items === undefined ? {} : { items }) });
  return (bytes: readonly number[] | Buffer) => guard(Buffer.from(bytes as Buffer), 0);
};
/** Zigzag varint of 10^9. */
const billion = [0x80, 0xa8, 0xd6, 0xb9, 0x07];

describe("the Avro guard", () => {
  it("lets through what avsc writes", () => {
    const codec = avroCodecOf(enrichedEvent);
    const guard = compileGuard(schemaType("enriched-event"), { depth: 64 });
    expect(() => guard(codec.encode(event), 5)).not.toThrow();
    for (const type of ["null", "boolean", "int", "long", "float", "double", "bytes", "string"]) {
      const random = avro.Type.forSchema(type as never);
      for (let n = 0; n < 20; n++) guardOf(type)(random.toBuffer(random.random()));
    }
  });

  it("refuses counts that no value of this length can hold, before anything is built", () => {
    for (const items of ["null", "int", { type: "record", name: "Empty", fields: [] }]) {
      expect(reasonOf(() => guardOf({ type: "array", items })([...billion, 0]))).toBe("bad-avro");
    }
    expect(reasonOf(() => guardOf({ type: "map", values: "null" })([...billion, 0]))).toBe("bad-avro");
  });

  it("counts items without bytes over the whole value", () => {
    const nulls = guardOf({ type: "array", items: "null" });
    const block = (count: number) => [...varint(count)];
    expect(() => nulls([...block(maxEmptyItems), 0])).not.toThrow();
    expect(reasonOf(() => nulls([...block(maxEmptyItems), ...block(1), 0]))).toBe("bad-avro");
  });

  it("counts elements and entries over the whole value, as deep as they lie", () => {
    const schema = { type: "map", values: { type: "array", items: "int" } };
    const entry = [0, 2, 0, 0]; // "": [0]
    expect(() => guardOf(schema, 64, 6)([6, ...entry, ...entry, ...entry, 0])).not.toThrow();
    expect(reasonOf(() => guardOf(schema, 64, 5)([6, ...entry, ...entry, ...entry, 0]))).toBe("bad-avro");
  });

  it("refuses a producer's record of more items than an event can have use for", () => {
    const plain = plainOf({ type: "map", values: "int" });
    const entries = (count: number) =>
      framed([
        ...varint(count),
        ...Array.from({ length: count }, (_, n) => [4, n & 127, (n >> 7) & 127, 0]).flat(),
        0,
      ]);
    expect(Object.keys(plain(entries(16_384)))).toHaveLength(16_384);
    expect(reasonOf(() => plain(entries(16_385)))).toBe("bad-avro");
  });

  it("is not led into a billion records without bytes by small schemas inside each other", () => {
    let type: unknown = "null";
    for (let n = 0; n < 30; n++) {
      const name = `R${n}`;
      const [inner, again] = n === 0 ? [type, type] : [type, `R${n - 1}`];
      type = {
        type: "record",
        name,
        fields: [
          { name: "a", type: inner },
          { name: "b", type: again },
        ],
      };
    }
    expect(reasonOf(() => guardOf(type)([]))).toBe("bad-avro");
  });

  it("refuses nesting beyond its bound, also without bytes", () => {
    const list = { type: "record", name: "L", fields: [{ name: "next", type: ["null", "L"] }] };
    expect(() => guardOf(list, 10)([...Array(9).fill(2), 0])).not.toThrow();
    expect(reasonOf(() => guardOf(list, 10)([...Array(10).fill(2), 0]))).toBe("bad-avro");
    const endless = { type: "record", name: "E", fields: [{ name: "self", type: "E" }] };
    expect(reasonOf(() => guardOf(endless)([]))).toBe("bad-avro");
  });

  it("refuses lengths, branches and blocks that do not fit, and what is left over", () => {
    expect(reasonOf(() => guardOf("string")([0x10, 0x41]))).toBe("bad-avro");
    expect(reasonOf(() => guardOf("string")([0x01]))).toBe("bad-avro");
    expect(reasonOf(() => guardOf("long")(Array(11).fill(0x80)))).toBe("bad-avro");
    expect(reasonOf(() => guardOf(["null", "int"])([4, 0]))).toBe("bad-avro");
    expect(reasonOf(() => guardOf({ type: "enum", name: "E", symbols: ["A"] })([2]))).toBe("bad-avro");
    expect(reasonOf(() => guardOf("boolean")([1, 0]))).toBe("bad-avro");
    const ints = guardOf({ type: "array", items: "int" });
    expect(() => ints([0x03, 0x04, 2, 2, 0])).not.toThrow();
    expect(reasonOf(() => ints([0x03, 0x03, 2, 2, 0]))).toBe("bad-avro");
  });

  it("turns any bytes into a value or InvalidMessage", () => {
    const codec = avroCodecOf(enrichedEvent);
    const plain = plainOf(JSON.parse(schemaText("event")));
    const valid = codec.encode(event).subarray(5);
    const damaged = fc
      .tuple(fc.nat(valid.length - 1), fc.uint8Array({ minLength: 1, maxLength: 6 }), fc.boolean())
      .map(([at, bytes, cut]) => {
        const copy = Buffer.from(valid);
        copy.set(bytes.subarray(0, copy.length - at), at);
        return cut ? copy.subarray(0, at) : copy;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), damaged), (bytes) => {
        for (const decode of [codec.decode, plain]) {
          try {
            void decode(framed(Buffer.from(bytes)));
          } catch (error) {
            expect(error).toBeInstanceOf(InvalidMessage);
          }
        }
      }),
      { numRuns: 5_000 },
    );
  });
});

function varint(count: number): number[] {
  const bytes: number[] = [];
  let rest = count * 2;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return [...bytes, rest];
}
