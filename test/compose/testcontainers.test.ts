import { Redis } from "ioredis";
import { Kafka, logLevel } from "kafkajs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { startKafka } from "../services/kafka.ts";
import { startRedis } from "../services/redis.ts";
import { type OwnService, say } from "../services/service.ts";
import { imageCanBeHad, runtimeFor, sayStandIns } from "./support/docker.ts";

/** What testcontainers removes leftovers with, where it can be had. */
const reaper = "testcontainers/ryuk:0.14.0";

describe.skipIf(!(await runtimeFor("services in containers")))("Services for tests in containers", () => {
  const started: OwnService[] = [];

  beforeAll(async () => {
    vi.stubEnv("CORRAL_TEST_ORIGIN", "container");
    if (process.env.TESTCONTAINERS_RYUK_DISABLED !== "true" && !(await imageCanBeHad(reaper))) {
      say(`${reaper} cannot be had: leftovers are removed by the suite's own hook only`);
      vi.stubEnv("TESTCONTAINERS_RYUK_DISABLED", "true");
    }
    await sayStandIns(["apache/kafka:4.3.1", "redis:7"]);
  });
  afterAll(async () => {
    await Promise.allSettled(started.map((service) => service.stop()));
    vi.unstubAllEnvs();
  });

  test("Kafka starts in a container and makes a topic", async () => {
    const kafka = await startKafka();
    started.push(kafka);
    expect(kafka.origin).toBe("container");
    const admin = new Kafka({ brokers: [kafka.address], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    expect(await admin.createTopics({ topics: [{ topic: "hello", numPartitions: 1 }] })).toBe(true);
    expect(await admin.listTopics()).toContain("hello");
    await admin.disconnect();
  });

  test("Redis starts in a container and answers", async () => {
    const redis = await startRedis();
    started.push(redis);
    expect(redis.origin).toBe("container");
    const client = new Redis(redis.address);
    expect(await client.ping()).toBe("PONG");
    client.disconnect();
  });
});
