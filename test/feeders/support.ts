import { setImmediate as turn } from "node:timers/promises";
import { systemClock } from "../../src/clock.ts";
import type { InventoryEntry } from "../../src/enrichment/inventory-entry.ts";
import type { Feeder } from "../../src/feeders/feeder.ts";
import { InventoryFeed, type NativeEvent } from "../../src/feeders/inventory-feed.ts";

/** A feeder that runs, and what it wrote. */
export function running(
  source: string,
  feeder: Feeder,
  options: { once?: boolean; recalled?: readonly [string, InventoryEntry][] } = {},
) {
  const { once = false, recalled = [] } = options;
  const written = new Map<string, InventoryEntry | null>();
  const events: NativeEvent[] = [];
  const failures: unknown[] = [];
  const stop = new AbortController();
  let lists = 0;
  let writes = 0;
  const feed = new InventoryFeed({
    source,
    cluster: "eu",
    ttlMs: 15 * 60_000,
    clock: systemClock,
    write: async (records) => {
      writes += records.length;
      for (const { key, entry } of records) written.set(key, entry);
    },
    tell: async (told) => {
      events.push(...told);
    },
  });
  for (const [key, entry] of recalled) feed.recall(key, entry);
  const ended = feeder({
    feed,
    cluster: "eu",
    // Delays that a person would wait out are no part of these tests.
    clock: {
      ...systemClock,
      sleep: () => systemClock.sleep(5),
      every: (_ms, task) => systemClock.every(5, task),
    },
    signal: stop.signal,
    once,
    listed: () => {
      lists += 1;
    },
    failed: (error) => failures.push(error),
  });
  ended.catch(() => {});
  return {
    written,
    events,
    failures,
    ended,
    lists: () => lists,
    writes: () => writes,
    stop: async () => {
      stop.abort();
      await ended;
    },
  };
}

/** Waits for others in this process; vitest ends a test that waits in vain. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await systemClock.sleep(2);
    await turn();
  }
}
