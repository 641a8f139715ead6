import { expect, test } from "vitest";
import { topicNames } from "../../src/app/ports.ts";
import { topicSpecs } from "../../src/app/topic-specs.ts";
import { loadConfig } from "../../src/config/load-config.ts";

test("Every topic is made, once, and of the tables one partition that is compacted", () => {
  const config = loadConfig({ flags: {}, env: {} });
  const specs = topicSpecs(config, { partitions: 6, replicationFactor: 1, longestWindow: 0 });
  const topics = specs.map(({ topic }) => topic);
  expect(new Set(topics)).toEqual(new Set(Object.values(topicNames(config))));
  expect(topics).toHaveLength(new Set(topics).size);
  const tables = specs.filter((spec) => spec.config["cleanup.policy"] === "compact");
  expect(new Map(tables.map(({ topic, partitions }) => [topic, partitions]))).toEqual(
    new Map(["rules", "inventory", "sessions", "indicators"].map((topic) => [topic, 1])),
  );
});
