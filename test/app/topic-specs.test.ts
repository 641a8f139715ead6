import { expect, test } from "vitest";
import { topicSpecs } from "../../src/app/topic-specs.ts";
import { loadConfig } from "../../src/config/load-config.ts";

const config = loadConfig({ flags: { prefix: "t." }, env: {} });
const specs = topicSpecs(config, { partitions: 6, replicationFactor: 3, longestWindow: 3_600_000 });

test("each topic of the settings is made once", () => {
  const made = specs.map(({ topic }) => topic);
  const named = Object.values(config.topics).map((name) => `t.${name}`);
  expect(made.toSorted()).toEqual(named.toSorted());
});

test("tables have one partition and are compacted; the others are shared out, the dead letters apart", () => {
  const compacted = specs.filter(({ config: { "cleanup.policy": policy } }) => policy === "compact");
  expect(compacted.map(({ topic }) => topic).toSorted()).toEqual([
    "t.indicators",
    "t.inventory",
    "t.rules",
    "t.sessions",
  ]);
  expect(new Set(compacted.map(({ partitions }) => partitions))).toEqual(new Set([1]));
  const shared = specs.filter(({ partitions }) => partitions === 6).map(({ topic }) => topic);
  expect(shared).toEqual(["t.events.raw", "t.events.enriched", "t.alerts", "t.actions"]);
});
