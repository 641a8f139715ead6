/** A feeder over a log in memory: what it writes, what it finds again, and what its events become. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { feedInventory } from "../../src/app/feed-inventory.ts";
import { loadRuleSet } from "../../src/app/load-rule-set.ts";
import { openCodecs } from "../../src/codec/open-codecs.ts";
import type { InventoryEntry } from "../../src/enrichment/inventory-entry.ts";
import { ConfigError } from "../../src/errors.ts";
import type { Feeder } from "../../src/feeders/feeder.ts";
import { lifecycleEvent } from "../../src/feeders/lifecycle-events.ts";
import { createLogger } from "../../src/telemetry/logger.ts";
import { MemoryLog } from "../../src/transport/memory/memory-log.ts";
import { Installation } from "./installation.ts";

const now = Date.parse("2026-01-05T10:00:00Z");
const web = "057dc8d712abf96c628c82ea111d53a0057dc8d712abf96c628c82ea111d53a0";

let corral: Installation;
beforeEach(async () => {
  corral = await Installation.open(loadRuleSet({ rules: [], calendar: {}, lists: {} }), now);
});
afterEach(() => corral.close());

function entry(id: string, change: Partial<InventoryEntry> = {}): InventoryEntry {
  return {
    kind: "container",
    source: "docker",
    learnt: false,
    updated_at: now,
    container_id: id,
    image: "shop/web:1",
    ...change,
  };
}

async function feed(feeder: Feeder, options: { events?: boolean; log?: MemoryLog } = {}): Promise<number> {
  const { config, clock } = corral;
  const subjects = config.topics;
  return feedInventory({
    config,
    ports: {
      log: options.log ?? corral.log,
      codecs: await openCodecs({ registryUrl: null, subjects }),
      clock,
    },
    logger: createLogger({ level: "silent", role: "test" }),
    signal: new AbortController().signal,
    source: "docker",
    feeder,
    once: true,
    events: options.events ?? false,
  });
}

async function written(): Promise<readonly (readonly [string, unknown])[]> {
  const records = await corral.records("inventory");
  return records.map(({ key, value }) => [String(key), value === null ? null : JSON.parse(value.toString())]);
}

it("writes what is new or changed, in whatever life of the feeder, and nothing twice", async () => {
  const tells =
    (...entries: readonly InventoryEntry[]): Feeder =>
    async (context) => {
      for (const each of entries) context.feed.put(each);
      context.feed.keepOnly(["container"], entries);
    };
  expect(await feed(tells(entry(web), entry("9bd4ecf1a2c3")))).toBe(2);
  expect(await written()).toHaveLength(2);
  corral.clock.advance(60_000);
  await feed(tells(entry(web, { updated_at: now + 60_000 }), entry("9bd4ecf1a2c3")));
  expect(await written()).toHaveLength(2);
  await feed(tells(entry(web, { image: "shop/web:2" })));
  expect((await written()).slice(2)).toEqual([
    ["docker/container//057dc8d712ab", expect.objectContaining({ image: "shop/web:2" })],
    ["docker/container//9bd4ecf1a2c3", expect.objectContaining({ state: "gone", ended_at: now + 60_000 })],
  ]);
  corral.clock.advance(corral.config.inventory.ttlMs + 1);
  await feed(tells(entry(web, { image: "shop/web:2" })));
  expect((await written()).slice(4)).toEqual([["docker/container//9bd4ecf1a2c3", null]]);
});

it("gives the enrich role what events lack, and its starts and stops are events of their own", async () => {
  await feed(
    async ({ feed: to }) => {
      to.put(entry(web, { name: "app", workload: "web", workload_kind: "compose", namespace: "shop" }));
      to.tell(lifecycleEvent(entry(web, { name: "app" }), "start", now - 1_000));
    },
    { events: true },
  );
  await corral.start("enrich");
  await corral.produce([
    {
      id: "e1",
      timestamp: now,
      type: "shell",
      container_id: web,
      severity: "low",
      source: "falco",
      details: {},
      enrichment: {},
    },
  ]);
  await corral.enriched();
  const events = (await corral.records("enriched"))
    .filter(({ value, headers }) => value !== null && headers["corral-copy"] === undefined)
    .map(({ value }) => JSON.parse(value!.toString()));
  const common = {
    image: "shop/web:1",
    workload: "web",
    inventory: { status: "hit", source: "docker" },
    lifecycle: { state: "running", started_at: now - 1_000 },
  };
  expect(events.find(({ type }) => type === "container_start")).toMatchObject({
    id: `docker:${web}:start:${now - 1_000}`,
    source: "docker",
    enrichment: common,
  });
  expect(events.find(({ type }) => type === "shell")).toMatchObject({ enrichment: common });
});

it("writes the others where the log refuses one", async () => {
  const huge = { big: "x".repeat(2_000_000) };
  await feed(async ({ feed: to }) => {
    to.put(entry(web, { labels: huge }));
    to.put(entry("9bd4ecf1a2c3"));
  });
  // Perhaps twice, which a table does not mind.
  expect(new Set((await written()).map(([key]) => key))).toEqual(new Set(["docker/container//9bd4ecf1a2c3"]));
});

it("cannot feed a topic that is not there", async () => {
  const empty = new MemoryLog({ clock: corral.clock });
  await expect(feed(async () => {}, { log: empty })).rejects.toThrow(ConfigError);
});
