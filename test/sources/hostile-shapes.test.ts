import { describe, expect, it } from "vitest";
import { InvalidMessage } from "../../src/errors.ts";
import { samples } from "./shapes.ts";
import { bytes, noAvro, readRecord } from "./support.ts";

const wrong: readonly unknown[] = [
  null,
  true,
  0,
  -1.5,
  1e300,
  "",
  "<NA>",
  "text",
  "9".repeat(19),
  "[[[",
  '{"log":"x","date":1}',
  "\ud800",
  [],
  [null, [], {}, "x", 7],
  {},
  { __proto__: null, constructor: 1, toString: "x", hasOwnProperty: null, length: -1 },
  { "": { "": [] } },
];

/** Every place in a value, as the keys that lead there. */
function placesIn(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, each]) => placesIn(each, [...path, key]))];
}

function withAt(sample: unknown, path: readonly string[], replacement: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return replacement;
  const copy = (Array.isArray(sample) ? [...sample] : { ...(sample as object) }) as Record<string, unknown>;
  copy[key] = withAt(copy[key], rest, replacement);
  return copy;
}

const origin = { topic: "events.raw", partition: 0, offset: 0, broker_time: Date.UTC(2026, 0, 5, 10) };
const headerSets: readonly Readonly<Record<string, string>>[] = [
  {},
  { "content-type": "application/cloudevents+json" },
  { ce_specversion: "1.0", ce_type: "t", ce_source: "s", ce_id: "i", ce_time: "never" },
];

describe("Whatever stands where something else belongs", () => {
  it.each(Object.entries(samples))("%s: is read, or refused by name", (_, sample) => {
    let events = 0;
    for (const path of placesIn(sample)) {
      for (const replacement of wrong) {
        const record = { value: bytes(withAt(sample, path, replacement)), origin };
        for (const headers of headerSets) {
          try {
            const read = readRecord({ ...record, headers }, noAvro);
            if (read instanceof Promise) throw new Error("JSON must be read without a promise");
            for (const { id, type, timestamp } of read) {
              events++;
              if (id === "" || type === "" || !Number.isSafeInteger(timestamp)) {
                throw new Error(
                  `odd event for ${path.join(".")}: ${JSON.stringify({ id, type, timestamp })}`,
                );
              }
            }
          } catch (error) {
            expect(error, `${path.join(".")} = ${JSON.stringify(replacement)}`).toBeInstanceOf(
              InvalidMessage,
            );
          }
        }
      }
    }
    expect(events).toBeGreaterThan(placesIn(sample).length);
  });
});
