import { expect, test } from "vitest";
import { topicNames } from "../../src/app/ports.ts";
import { topicSpecs } from "../../src/app/topic-specs.ts";
import { loadConfig } from "../../src/config/load-config.ts";

test("Every topic is made, once, and of the tables one partition that is compacted", () => {
  const config = loadConfig({ flags: {}, env: {} });
  const specs = topicSpecs(config, { partitions: 6, replicationFactor: 1, longestWindow: 0 });
  expect(specs.map(({ topic }) => topic).sort()).toEqual(Object.values(topicNames(config)).sort());
  const tables = specs.filter((spec) => spec.config["cleanup.policy"] === "compact");
  expect(new Map(tables.map(({ topic, partitions }) => [topic, partitions]))).toEqual(
    new Map(["rules", "inventory", "sessions", "indicators"].map((topic) => [topic, 1])),
  );
});
