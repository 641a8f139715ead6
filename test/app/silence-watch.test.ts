import { expect, test } from "vitest";
import type { EngineFinding } from "../../src/alerts/engine-alert.ts";
import { SilenceWatch } from "../../src/app/silence-watch.ts";
import { MemoryLog } from "../../src/transport/memory/memory-log.ts";
import { ManualClock } from "../transport/manual-clock.ts";

test("a topic in which nothing comes for too long is told of once, until something comes", async () => {
  const clock = new ManualClock();
  const log = new MemoryLog({ clock });
  const topics = { raw: "events.raw", enriched: "events.enriched" };
  await log.createTopics(
    Object.values(topics).map((topic) => ({ topic, partitions: 2, replicationFactor: 1, config: {} })),
  );
  const found: EngineFinding[] = [];
  let away = false;
  const report = async (finding: EngineFinding) => {
    if (away) throw new Error("away");
    found.push(finding);
  };
  const watch = new SilenceWatch({ log, clock, topics, timeoutMs: 60_000, report });
  const send = (topic: string) => log.producer().send([{ topic, key: "k", value: Buffer.from("v") }]);

  await watch.look();
  for (let second = 0; second <= 60; second += 10) {
    await send(topics.enriched);
    clock.advance(10_000);
    await watch.look();
  }
  expect(watch.check()).toEqual({
    ok: false,
    detail: expect.stringContaining("no raw record in events.raw"),
  });
  expect(found.map(({ rule, group }) => [rule, group])).toEqual([
    ["corral_pipeline_silent", { topic: "events.raw" }],
  ]);
  await watch.look();
  expect(found).toHaveLength(1);

  await send(topics.raw);
  await watch.look();
  expect(watch.check().ok).toBe(true);
  away = true;
  clock.advance(61_000);
  await expect(watch.look()).rejects.toThrow("away");
  away = false;
  await watch.look();
  expect(found.map(({ group }) => group.topic)).toEqual(["events.raw", "events.raw", "events.enriched"]);
  expect(new Set(found.map(({ identity }) => identity)).size).toBe(3);
});
