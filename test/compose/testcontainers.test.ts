import { Redis } from "ioredis";
import { Kafka, logLevel } from "kafkajs";
import { afterAll, describe, expect, test } from "vitest";
import { startKafka } from "../services/kafka.ts";
import { startRedis } from "../services/redis.ts";
import type { OwnService } from "../services/service.ts";
import { runtimeAnswers } from "./support/docker.ts";

describe.skipIf(!(await runtimeAnswers()))("Services for tests in containers", () => {
  const started: OwnService[] = [];
  afterAll(() => Promise.all(started.map((service) => service.stop())));

  test("Kafka and Redis start in containers and answer", async () => {
    process.env.CORRAL_TEST_ORIGIN = "container";
    const [kafka, redis] = [await startKafka(), await startRedis()];
    started.push(kafka, redis);
    expect([kafka.origin, redis.origin]).toEqual(["container", "container"]);

    const admin = new Kafka({ brokers: [kafka.address], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    expect(await admin.createTopics({ topics: [{ topic: "hello", numPartitions: 1 }] })).toBe(true);
    await admin.disconnect();
    const client = new Redis(redis.address);
    expect(await client.ping()).toBe("PONG");
    client.disconnect();
  });
});
