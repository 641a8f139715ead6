import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { PutOff } from "../../src/app/put-off.ts";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import type { PartitionState, StateStore } from "../../src/state/store.ts";
import { atLeast, eventAt, rulesOf, start } from "../correlation/support.ts";
import { Installation } from "./installation.ts";

test("what was judged may wait until it is many records, or the first of them waits too long", () => {
  const putOff = new PutOff({ maxRecords: 10, maxMs: 1_000 });
  expect(putOff.none).toBe(true);
  expect(putOff.add(4, 5_000)).toBe(true);
  expect(putOff.none).toBe(false);
  expect(putOff.add(5, 5_999)).toBe(true);
  expect(putOff.add(1, 5_999)).toBe(false);
  putOff.clear();
  expect(putOff.add(1, 6_000)).toBe(true);
  expect(putOff.add(1, 7_000)).toBe(false);
  expect(new PutOff({ maxRecords: 10, maxMs: 0 }).add(1, 0)).toBe(false);
});

describe("A correlator", () => {
  test("applies small slices together within a commit interval, and at once where an alert is raised", async () => {
    const installation = await Installation.open(rulesOf(atLeast(4, "600s")), start);
    const applied: number[] = [];
    const counting = (state: PartitionState): PartitionState =>
      new Proxy(state, {
        get: (target, name) => {
          const method = Reflect.get(target, name) as (...given: unknown[]) => unknown;
          return (...given: unknown[]) => {
            if (name === "apply") applied.push((given[0] as { nextOffset: number }).nextOffset);
            return method.apply(target, given);
          };
        },
      });
    const soon = async (events: readonly SecurityEvent[]) => {
      await installation.produce(events);
      for (let turns = 0; turns < 50; turns += 1) await turn();
    };
    const event = (second: number) => eventAt(second, {}, { id: `e${second}` });
    try {
      await installation.start("enrich");
      await installation.start("correlate", {
        store: { partition: (partition) => counting(installation.store.partition(partition)) } as StateStore,
      });
      for (const second of [1, 2, 3]) await soon([event(second)]);
      expect(applied).toEqual([]);
      installation.clock.advance(1_000);
      for (let turns = 0; turns < 50; turns += 1) await turn();
      // A watermark record each.
      expect(applied.sort((a, b) => a - b)).toEqual([1, 1, 1, 4]);
      await soon([event(4)]);
      expect(applied.length).toBeGreaterThan(4);
      expect((await installation.alerts()).map(({ event_count: count }) => count)).toEqual([4]);
    } finally {
      await installation.close();
    }
  });
});
