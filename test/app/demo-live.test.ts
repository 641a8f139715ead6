import { afterAll, expect, test } from "vitest";
import type { Alert } from "../../src/alerts/alert.ts";
import { type LiveOptions, playLive } from "../../src/app/demo-live.ts";
import { expectedAlerts } from "../../src/app/demo-play.ts";
import { retell } from "../../src/app/demo-retell.ts";
import { readStory } from "../../src/app/demo-story.ts";
import { runCorral } from "../../src/app/run-corral.ts";
import { topicSpecs } from "../../src/app/topic-specs.ts";
import { systemClock } from "../../src/clock.ts";
import { openCodecs } from "../../src/codec/open-codecs.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { ConfigError } from "../../src/errors.ts";
import { MemoryStore } from "../../src/state/memory/memory-store.ts";
import { createLogger } from "../../src/telemetry/logger.ts";
import { partitionFor } from "../../src/transport/kafka/partition-for.ts";
import { MemoryLog } from "../../src/transport/memory/memory-log.ts";
import { playOptions, storyRules } from "./demo-support.ts";

const config = loadConfig({
  flags: { rules: storyRules.join(","), "http-port": "0", "http-host": "127.0.0.1" },
  env: {},
});
const codecs = await openCodecs({ registryUrl: null, subjects: config.topics });
const log = new MemoryLog({ clock: systemClock });
await log.createTopics(topicSpecs(config, { partitions: 4, replicationFactor: 1, longestWindow: 1_800_000 }));
/** Each test tells it anew: what one has sent must not answer another. */
const retold = async (run: string) => {
  const end = systemClock.now();
  const story = await retell(await readStory(), { end, lateness: config.allowedLatenessMs, run });
  return { story, expected: expectedAlerts(story, playOptions) };
};

const stop = new AbortController();
let running: Promise<void> | undefined;
afterAll(async () => {
  stop.abort();
  await running;
});

function options(more: Partial<LiveOptions> & Pick<LiveOptions, "expected">): LiveOptions {
  return {
    log,
    clock: systemClock,
    topics: config.topics,
    decode: codecs.alert.decode,
    timeoutMs: 15_000,
    onSent: () => {},
    onAlert: () => {},
    ...more,
  };
}

test("Missing topics are named before anything is sent", async () => {
  const { story, expected } = await retold("a");
  const topics = { raw: "events.raw", alerts: "elsewhere" };
  await expect(playLive(story, options({ expected, topics }))).rejects.toThrow(ConfigError);
  expect([...(await log.bounds("events.raw")).values()].every(({ high }) => high === 0)).toBe(true);
});

test("Where nobody judges, all that was expected is missing", async () => {
  const { story, expected } = await retold("b");
  const missing = await playLive(story, options({ expected, timeoutMs: 300 }));
  expect(missing.map(({ rule }) => rule.id)).toEqual([...expected.values()].map(({ rule }) => rule.id));
});

test("A running installation raises what was expected", async () => {
  const { story, expected } = await retold("c");
  running = runCorral({
    config,
    logger: createLogger({ level: "silent", role: "test" }),
    signal: stop.signal,
    ports: { log, store: new MemoryStore(), codecs, clock: systemClock, partitionFor },
  });
  const came: Alert[] = [];
  const missing = await playLive(story, options({ expected, onAlert: (alert) => came.push(alert) }));
  expect(missing.map(({ rule }) => rule.id)).toEqual([]);
  expect(new Set(came.map(({ fingerprint }) => fingerprint))).toEqual(new Set(expected.keys()));
});
