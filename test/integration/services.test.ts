import { SchemaRegistry, SchemaType } from "@kafkajs/confluent-schema-registry";
import { Redis } from "ioredis";
import { Kafka, logLevel } from "kafkajs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { apiKey, kafkaRequest, type ProxiedKafka, startProxiedKafka } from "../services/fault-proxy.ts";
import { type OwnKafka, startKafka } from "../services/kafka.ts";
import { startRedis } from "../services/redis.ts";
import { confluentApi } from "../services/registry.ts";
import type { OwnService } from "../services/service.ts";
import { describeWithServices, scope } from "../services/services.ts";

const prefix = scope();

describeWithServices("kafka")("the shared Kafka", ({ kafka }) => {
  test("hands a record from a producer to a group", async () => {
    const topic = `${prefix}records`;
    await createTopic(kafka, topic);
    await produce(kafka, topic, "a");
    expect(await consume(kafka, topic, 1)).toEqual(["a"]);
  });
});

describeWithServices("redis")("the shared Redis", ({ redis }) => {
  test("answers PING", async () => {
    await withRedis(redis, async (client) => expect(await client.ping()).toBe("PONG"));
  });
});

describeWithServices("registry")("the shared registry", ({ registry }) => {
  test("keeps a schema that the client encodes with", async () => {
    const client = new SchemaRegistry({ host: confluentApi(registry) });
    const schema = JSON.stringify({ type: "record", name: "R", fields: [{ name: "a", type: "long" }] });
    const { id } = await client.register(
      { type: SchemaType.AVRO, schema },
      { subject: `${prefix}records-value` },
    );
    expect(await client.decode(await client.encode(id, { a: 7 }))).toMatchObject({ a: 7 });
  });
});

describeWithServices("kafka", "redis")("services of one's own", () => {
  let kafka: OwnKafka;
  let redis: OwnService;
  let proxied: ProxiedKafka;

  beforeAll(async () => {
    [kafka, redis, proxied] = await Promise.all([startKafka(), startRedis(), startProxiedKafka()]);
  });

  afterAll(async () => {
    await Promise.all([kafka, redis, proxied].map((service) => service?.stop()));
  });

  test("Kafka keeps acknowledged records over a kill", async () => {
    const { address } = kafka;
    await createTopic(address, "kept");
    await produce(address, "kept", "before");
    await kafka.kill();
    await expect(produce(address, "kept", "while down")).rejects.toThrow();
    await kafka.restart();
    await produce(address, "kept", "after");
    expect(kafka.address).toBe(address);
    expect(await consume(address, "kept", 2)).toEqual(["before", "after"]);
  });

  test("Redis keeps acknowledged writes over a kill", async () => {
    await withRedis(redis.address, (client) => client.set("kept", "before"));
    await redis.kill();
    await expect(withRedis(redis.address, (client) => client.ping())).rejects.toThrow();
    await redis.restart();
    await withRedis(redis.address, async (client) => expect(await client.get("kept")).toBe("before"));
  });

  test("a paused Redis answers when it is resumed", async () => {
    await withRedis(redis.address, async (client) => {
      await client.ping();
      await redis.pause();
      const pong = client.ping();
      const first = await Promise.race([pong, new Promise((resolve) => setTimeout(resolve, 300, "silence"))]);
      expect(first).toBe("silence");
      await redis.resume();
      expect(await pong).toBe("PONG");
    });
  });

  test("a client that came through the proxy stays on it, and a lost reply hides a written record", async () => {
    await createTopic(proxied.kafka.address, "lost");
    await produce(proxied.address, "lost", "a");
    const lost = proxied.proxy.loseReply(kafkaRequest(apiKey.produce));
    await expect(produce(proxied.address, "lost", "b")).rejects.toThrow();
    await lost;
    expect(await consume(proxied.kafka.address, "lost", 2)).toEqual(["a", "b"]);
  });
});

function kafkaAt(brokers: string): Kafka {
  return new Kafka({
    clientId: "corral-test",
    brokers: brokers.split(","),
    logLevel: logLevel.NOTHING,
    retry: { retries: 0, initialRetryTime: 20 },
  });
}

async function createTopic(brokers: string, topic: string): Promise<void> {
  const admin = kafkaAt(brokers).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
  await admin.disconnect();
}

async function produce(brokers: string, topic: string, value: string): Promise<void> {
  const producer = kafkaAt(brokers).producer();
  try {
    await producer.connect();
    await producer.send({ topic, messages: [{ value }] });
  } finally {
    await producer.disconnect();
  }
}

async function consume(brokers: string, topic: string, count: number): Promise<string[]> {
  const consumer = kafkaAt(brokers).consumer({ groupId: `${prefix}${topic}` });
  const values: string[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    consumer
      .run({
        eachMessage: async ({ message }) => {
          values.push(String(message.value));
          if (values.length === count) resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return values;
}

async function withRedis(address: string, use: (client: Redis) => Promise<unknown>): Promise<void> {
  const client = new Redis(address, { lazyConnect: true, retryStrategy: () => null });
  client.on("error", () => {});
  try {
    await client.connect();
    await use(client);
  } finally {
    client.disconnect();
  }
}
