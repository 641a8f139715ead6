import fc from "fast-check";
import { expect, test } from "vitest";
import { InvalidMessage } from "../../src/errors.ts";
import type { JsonValue } from "../../src/events/security-event.ts";
import { boundedJson } from "../../src/sources/bounded-json.ts";
import { cutKey, maxEventsPerRecord, maxFields, maxMapKeys } from "../../src/sources/limits.ts";
import { bytes, noAvro, read, readOne, readRecord, reasonOf } from "./support.ts";

const wide = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, index]));
const time = { type: "a", timestamp: "2026-01-05T10:00:00Z" };

test("A map of too many keys keeps its first, says how many there were, and does not hide its event", () => {
  const event = readOne({ ...time, details: { user: "ann", pods: wide(maxMapKeys + 1) } });
  expect(event.details).toMatchObject({ user: "ann", pods: { k0: 0, k100: 100 } });
  const cut = boundedJson({ a: wide(maxMapKeys + 1) }) as { a: Record<string, JsonValue> };
  expect(Object.keys(cut.a)).toHaveLength(maxFields + 1);
  expect(cut.a[cutKey]).toBe("[cut from 4097 fields]");
  const whole = wide(maxMapKeys);
  expect(boundedJson(whole)).toBe(whole);
});

test("A list of too many items keeps its first, unless they are events: then the record is refused", () => {
  const event = readOne({ ...time, details: { list: Array(100_000).fill(1) } });
  expect((event.details.list as readonly unknown[]).length).toBeLessThan(maxFields);
  const cut = boundedJson(Array(100_000).fill(1)) as readonly JsonValue[];
  expect(cut.slice(-2)).toEqual([1, "[cut from 100000 items]"]);
  expect(reasonOf(() => read(Array(10_000).fill(time)))).toBe("too-many-events");
  expect(read(Array(maxEventsPerRecord).fill(time))).toHaveLength(maxEventsPerRecord);
});

test("A key __proto__ is a key like any other, also where what it holds is cut", () => {
  const value = JSON.parse(`{"__proto__":${JSON.stringify(wide(5_000))}}`);
  const cut = boundedJson(value) as Record<string, Record<string, JsonValue>>;
  expect(Object.getPrototypeOf(cut)).toBe(Object.prototype);
  expect(Object.getOwnPropertyDescriptor(cut, "__proto__")?.value[cutKey]).toBe("[cut from 5000 fields]");
});

test("Lists inside of lists are envelopes: of more than eight the inner ones are content", () => {
  const nested = (depth: number): JsonValue => (depth === 0 ? time : [nested(depth - 1)]);
  const origin = { topic: "t", partition: 0, offset: 0, broker_time: Date.UTC(2026, 0, 5, 10) };
  expect(readOne(nested(8), origin).type).toBe("a");
  expect(readOne(nested(9), origin)).toMatchObject({ type: "unmapped.json", details: { value: [time] } });
});

test("Any JSON is events or refused with a reason", () => {
  const origin = { topic: "t", partition: 0, offset: 0, broker_time: Date.UTC(2026, 0, 5, 10) };
  const keys = fc.constantFrom("type", "timestamp", "rule", "time", "output_fields", "log", "kind", "data");
  const { any } = fc.letrec<{ any: unknown }>((tie) => ({
    any: fc.oneof(
      { depthSize: "small" },
      fc.jsonValue(),
      fc.dictionary(fc.oneof(keys, fc.string({ unit: "binary" })), tie("any"), { maxKeys: 6 }),
      fc.array(tie("any"), { maxLength: 4 }),
    ),
  }));
  fc.assert(
    fc.property(any, (value) => {
      try {
        const events = readRecord({ value: bytes(JSON.stringify(value)), headers: {}, origin }, noAvro);
        for (const { id, type } of events as Exclude<typeof events, Promise<unknown>>) {
          expect([id, type]).not.toContain("");
        }
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidMessage);
      }
    }),
    { numRuns: 300 },
  );
});
