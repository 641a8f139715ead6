import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { PutOff } from "../../src/app/put-off.ts";
import { TransientError } from "../../src/errors.ts";
import type { PartitionState, StateStore } from "../../src/state/store.ts";
import { atLeast, eventAt, rulesOf, start } from "../correlation/support.ts";
import { Installation, type Running } from "./installation.ts";

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
  let installation: Installation;
  /** Offsets applied. */
  let applied: number[];
  let away: boolean;
  let enricher: Running;

  beforeEach(async () => {
    installation = await Installation.open(rulesOf(atLeast(4, "600s")), start);
    [applied, away] = [[], false];
    enricher = await installation.start("enrich");
    await installation.start("correlate", {
      store: { partition: (partition) => watched(installation.store.partition(partition)) } as StateStore,
    });
  });
  afterEach(() => installation.close());

  function watched(state: PartitionState): PartitionState {
    return new Proxy(state, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as (...given: unknown[]) => unknown;
        return async (...given: unknown[]) => {
          if (name === "apply") {
            if (away) throw new TransientError("away");
            applied.push((given[0] as { nextOffset: number }).nextOffset);
          }
          return method.apply(target, given);
        };
      },
    });
  }

  async function pass(ms: number): Promise<void> {
    installation.clock.advance(ms);
    for (let turns = 0; turns < 50; turns += 1) await turn();
  }

  async function events(...seconds: readonly number[]): Promise<void> {
    for (const second of seconds) {
      await installation.produce([eventAt(second, {}, { id: `e${second}` })]);
      await pass(0);
    }
  }

  const counts = async () => (await installation.alerts()).map(({ event_count: count }) => count);

  test("applies small slices together within a commit interval, and at once where an alert is raised", async () => {
    await events(1, 2, 3);
    expect(applied).toEqual([]);
    await pass(1_000);
    // A watermark record each.
    expect(applied.sort((a, b) => a - b)).toEqual([1, 1, 1, 4]);
    await events(4);
    expect(applied.length).toBeGreaterThan(4);
    expect(await counts()).toEqual([4]);
  });

  test("commits nothing that is not applied, and judges it again", async () => {
    await events(1, 2);
    away = true;
    await pass(1_000);
    expect(applied).toEqual([]);
    expect(await installation.committed("corral-correlate")).toBe(0);
    await events(3, 4);
    away = false;
    await installation.until(async () => (await counts()).length > 0);
    expect(await counts()).toEqual([4]);
    await installation.judged();
    expect(await installation.committed("corral-correlate")).toBeGreaterThan(4);
  });

  test("reads again what could not be applied, though nothing follows it", async () => {
    await events(1, 2);
    const stopped = installation.stop(enricher);
    await pass(0);
    away = true;
    await pass(1_000);
    await stopped;
    expect(applied).toEqual([]);
    away = false;
    await installation.correlated();
    expect(Math.max(...applied)).toBeGreaterThan(2);
  });
});
