import { randomUUID } from "node:crypto";
import { promisify } from "node:util";
import zlib from "node:zlib";
import { CompressionCodecs, CompressionTypes, Kafka, logLevel, Partitioners } from "kafkajs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { ConsumeLoop } from "../../src/transport/consume-loop.ts";
import { KafkaLog } from "../../src/transport/kafka/kafka-log.ts";
import type { LogRecord, OutgoingRecord } from "../../src/transport/log.ts";
import { unreadableOf } from "../../src/transport/unreadable.ts";
import { startRecording, until } from "../contracts/recording-member.ts";
import { apiKey, kafkaRequest, type ProxiedKafka, startProxiedKafka } from "../services/fault-proxy.ts";
import { ScriptedWorker } from "../transport/scripted-worker.ts";
import { produceEmptyRecords } from "./support/raw-batch.ts";
import { recordClients } from "./support/record-clients.ts";

describe.for(recordClients)("Records by %s", (client) => {
  let broken: ProxiedKafka;
  /** Through the proxy, and around it. */
  let log: KafkaLog;
  let direct: KafkaLog;
  /** Other people's client. */
  let foreign: Kafka;

  beforeAll(async () => {
    broken = await startProxiedKafka();
    const options = { client, clientId: "corral-test", clock: systemClock, requestTimeoutMs: 5_000 };
    log = new KafkaLog({ ...options, brokers: [broken.address] });
    direct = new KafkaLog({ ...options, brokers: [broken.kafka.address], maxBatchBytes: 1_000_000 });
    foreign = new Kafka({ brokers: [broken.kafka.address], logLevel: logLevel.NOTHING });
  });
  afterAll(async () => {
    await log.close();
    await direct.close();
    await broken.stop();
  });

  async function newTopic(partitions: number): Promise<string> {
    const topic = `faults-${randomUUID()}`;
    await direct.createTopics([{ topic, partitions, replicationFactor: 1, config: {} }]);
    return topic;
  }

  async function readAll(topic: string, partition: number): Promise<LogRecord[]> {
    const { low, high } = (await direct.bounds(topic)).get(partition)!;
    const records: LogRecord[] = [];
    for await (const batch of direct.read(topic, partition, low, high)) records.push(...batch);
    return records;
  }

  function numbered(topic: string, partition: number, start: number, count: number): OutgoingRecord[] {
    return Array.from({ length: count }, (_, index) => ({
      topic,
      partition,
      key: null,
      value: Buffer.from(`${start + index}`),
    }));
  }

  const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

  describe("producer", () => {
    test("loses nothing that it acknowledged when replies are cut off with work queued behind", async () => {
      const topic = await newTopic(2);
      const producer = log.producer();
      const acknowledged: number[] = [];
      let next = 0;
      const sends: Promise<void>[] = [];
      const send = () => {
        const start = next;
        next += 10;
        const records = [...numbered(topic, 0, start, 5), ...numbered(topic, 1, start + 5, 5)];
        const numbers = records.map(({ value }) => Number(value));
        sends.push(producer.send(records).then(() => void acknowledged.push(...numbers)));
      };
      for (let round = 0; round < 20; round++) {
        const lost = broken.proxy.loseReply(kafkaRequest(apiKey.produce));
        send();
        await new Promise((resolve) => setImmediate(resolve)); // the first is in flight, the others wait behind it
        for (let burst = 0; burst < 9; burst++) send();
        await lost;
        send();
        await sends.at(-11);
      }
      await Promise.all(sends);
      expect(producer.pending()).toBe(0);
      await producer.close();
      expect(acknowledged).toHaveLength(2_200);
      for (const partition of [0, 1]) {
        const values = (await readAll(topic, partition)).map(({ value }) => Number(value));
        const firsts = [...new Set(values)];
        // Doubled at most, none missing, and the first copies in the order of sending.
        expect(firsts).toEqual(acknowledged.filter((n) => n % 10 < 5 === (partition === 0)));
        expect(values.length).toBeGreaterThan(firsts.length);
      }
    });

    test("goes on after the broker was killed", async () => {
      const topic = await newTopic(1);
      const producer = log.producer();
      await producer.send(numbered(topic, 0, 0, 10));
      await broken.kafka.kill();
      const sent = producer.send(numbered(topic, 0, 10, 10));
      await broken.kafka.restart();
      await sent;
      await producer.close();
      const values = (await readAll(topic, 0)).map(({ value }) => Number(value));
      expect([...new Set(values)]).toEqual(upTo(20));
    });
  });

  describe("member", () => {
    test("reads on after its connections were cut and after the broker was restarted", async () => {
      const topic = await newTopic(1);
      const group = randomUUID();
      const producer = direct.producer();
      const reader = await startRecording(log, { group, topic }, (member) => member.seek(0, 0));
      await reader.owns([0]);
      await producer.send(numbered(topic, 0, 0, 10));
      await until(() => reader.offsets(0).includes(9));
      broken.proxy.cut();
      await producer.send(numbered(topic, 0, 10, 10));
      await until(() => reader.offsets(0).includes(19), 30_000);
      await broken.kafka.restart();
      await producer.send(numbered(topic, 0, 20, 10));
      await until(() => reader.offsets(0).includes(29), 60_000);
      expect([...new Set(reader.offsets(0))].sort((a, b) => a - b)).toEqual(upTo(30));
      await until(() => reader.assignments.at(-1)?.length === 1, 30_000);
      expect(await reader.member.commit(new Map([[0, 30]]))).toBe(true);
      await reader.member.stop();
      await producer.close();
    });

    test("a member cut off longer than its session is told that nothing was its own, and commits nothing", async () => {
      const topic = await newTopic(1);
      const group = randomUUID();
      const options = { group, topic, sessionTimeoutMs: 2_000, heartbeatIntervalMs: 200 };
      const first = await startRecording(log, options);
      await first.owns([0]);
      broken.proxy.blackHole();
      const second = await startRecording(direct, options);
      await until(() => second.assignments.at(-1)?.length === 1, 30_000);
      const stale = first.member.commit(new Map([[0, 5]])); // the client may try it again after it has rejoined
      broken.proxy.heal();
      await until(() => first.assignments.some((partitions) => partitions.length === 0), 30_000);
      expect(await stale).toBe(false);
      await second.member.stop();
      await until(() => first.assignments.at(-1)?.length === 1, 30_000);
      expect(await first.member.commit(new Map([[0, 5]]))).toBe(true);
      await first.member.stop();
    });

    test("stays a member in work that takes longer than its session, as long as it sends heartbeats", async () => {
      const topic = await newTopic(1);
      const options = { group: randomUUID(), topic, sessionTimeoutMs: 2_000, heartbeatIntervalMs: 200 };
      const reader = await startRecording(direct, options);
      await reader.owns([0]);
      reader.onBatch = async (_, heartbeat) => {
        for (let beats = 0; beats < 25; beats++) {
          await new Promise((resolve) => setTimeout(resolve, 200));
          await heartbeat();
        }
      };
      const producer = direct.producer();
      await producer.send(numbered(topic, 0, 0, 1));
      await until(() => reader.batches.length === 1);
      reader.onBatch = async () => {};
      await producer.send(numbered(topic, 0, 1, 1));
      await until(() => reader.offsets(0).length === 2);
      expect(await reader.member.commit(new Map([[0, 2]]))).toBe(true);
      expect(reader.assignments).toEqual([[0]]);
      await reader.member.stop();
      await producer.close();
    });

    test("notices added partitions and owns them, from their first record on", {
      timeout: 60_000,
    }, async () => {
      const topic = await newTopic(1);
      const reader = await startRecording(direct, { group: randomUUID(), topic });
      await reader.owns([0]);
      const admin = foreign.admin();
      await admin.connect();
      await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
      await admin.disconnect();
      const producer = direct.producer();
      await producer.send(numbered(topic, 2, 0, 3));
      // Within ten seconds, and the join.
      await until(() => reader.assignments.at(-1)?.length === 3, 15_000);
      await until(() => reader.offsets(2).length === 3);
      expect(reader.offsets(2)).toEqual([0, 1, 2]);
      await reader.member.stop();
      await producer.close();
    });

    test("waits for a topic that does not exist yet", async () => {
      const topic = `faults-${randomUUID()}`;
      const reader = await startRecording(direct, { group: randomUUID(), topic });
      await direct.createTopics([{ topic, partitions: 1, replicationFactor: 1, config: {} }]);
      await until(() => reader.assignments.at(-1)?.length === 1, 30_000);
      await reader.member.stop();
    });
  });

  describe("what cannot be opened", () => {
    const gzip = promisify(zlib.gzip);
    const zstd = promisify(zlib.zstdCompress);

    /** Sends one compressed batch with a codec of the test's own, and puts the log's codecs back. */
    async function sendCompressed(
      topic: string,
      type: CompressionTypes.GZIP | CompressionTypes.ZSTD,
      values: readonly Buffer[],
    ): Promise<void> {
      const before = CompressionCodecs[type];
      const compress = type === CompressionTypes.GZIP ? gzip : zstd;
      CompressionCodecs[type] = () => ({
        compress: (encoder: { readonly buffer: Buffer }) => compress(encoder.buffer),
      });
      const producer = foreign.producer({ createPartitioner: Partitioners.DefaultPartitioner });
      await producer.connect();
      const messages = values.map((value) => ({ value, partition: 0 }));
      await producer.send({ topic, compression: type, messages });
      await producer.disconnect();
      CompressionCodecs[type] = before;
    }

    for (const [name, type] of [
      ["gzip", CompressionTypes.GZIP],
      ["zstd", CompressionTypes.ZSTD],
    ] as const) {
      test(`${name}: a bomb is one unreadable record, and what lies around it is read`, async () => {
        const topic = await newTopic(1);
        const bomb = Buffer.alloc(400_000);
        await sendCompressed(topic, type, [Buffer.from("before"), Buffer.from("it")]);
        await sendCompressed(topic, type, [bomb, bomb, bomb, bomb]);
        await sendCompressed(topic, type, [Buffer.from("after")]);
        const reader = await startRecording(direct, { group: randomUUID(), topic });
        await until(() => reader.offsets(0).includes(6), 30_000);
        await reader.member.stop();
        for (const records of [reader.records(), await readAll(topic, 0)]) {
          expect(records.map(({ offset }) => offset)).toEqual([0, 1, 5, 6]);
          expect(unreadableOf(records[2]!)).toEqual({ reason: "too-large", firstOffset: 2, lastOffset: 5 });
          expect(records.filter((record) => !unreadableOf(record)).map(({ value }) => `${value}`)).toEqual([
            "before",
            "it",
            "after",
          ]);
        }
      });
    }
  });

  /** More than the client can take of one batch. */
  const tooMany = 200_000;

  describe("a batch of too many records", () => {
    test("is one unreadable record, in a partition that reads on behind it, while others go on", async () => {
      const topic = await newTopic(2);
      const producer = direct.producer();
      await producer.send(numbered(topic, 0, 0, 3));
      await produceEmptyRecords(broken.kafka.address, topic, 0, tooMany);
      await producer.send(numbered(topic, 0, 3, 2));
      await produceEmptyRecords(broken.kafka.address, topic, 0, tooMany);
      // The other partition has the same offsets, and nothing in it may be lost.
      for (let start = 0; start < 2 * tooMany; start += 20_000)
        await producer.send(numbered(topic, 1, start, 20_000));
      const workers = new Map([0, 1].map((partition) => [partition, new ScriptedWorker(partition, 0)]));
      const loop = new ConsumeLoop({
        log: direct,
        memberOptions: {
          group: randomUUID(),
          topic,
          sessionTimeoutMs: 6_000,
          heartbeatIntervalMs: 500,
          maxBytesPerPartition: 100_000,
          concurrency: 4,
        },
        workerFor: (partition) => workers.get(partition)!,
        clock: systemClock,
        commitIntervalMs: 100,
      });
      await loop.start();
      const end = 2 * tooMany + 5;
      await until(() => workers.get(0)!.position() === end, 60_000);
      await until(() => workers.get(1)!.position() === 2 * tooMany, 60_000);
      await loop.stop(5_000);
      await producer.close();
      const expected = [0, 1, 2, tooMany + 2, tooMany + 3, tooMany + 4, end - 1];
      expect(workers.get(0)!.offsets()).toEqual(expected);
      expect(workers.get(1)!.offsets()).toEqual(upTo(2 * tooMany));
      const read = await readAll(topic, 0);
      expect(read.map(({ offset }) => offset)).toEqual(expected);
      expect(unreadableOf(read[3]!)).toEqual({
        reason: "too-many-records",
        firstOffset: 3,
        lastOffset: tooMany + 2,
      });
      expect(read[3]!.timestamp).toBeGreaterThan(Date.now() - 3_600_000);
    });
  });

  describe("consume loop on Kafka", () => {
    test("reports what retention took, sees none in transaction markers, and goes on", async () => {
      const topic = await newTopic(1);
      const producer = direct.producer();
      await producer.send(numbered(topic, 0, 0, 10));
      const admin = foreign.admin();
      await admin.connect();
      await admin.fetchTopicOffsets(topic); // else the client does not know the topic
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: "4" }] });
      await admin.disconnect();
      const worker = new ScriptedWorker(0, 1);
      const gaps: string[] = [];
      const loop = new ConsumeLoop({
        log: direct,
        memberOptions: {
          group: randomUUID(),
          topic,
          sessionTimeoutMs: 6_000,
          heartbeatIntervalMs: 500,
          maxBytesPerPartition: 1_000_000,
          concurrency: 4,
        },
        workerFor: () => worker,
        clock: systemClock,
        commitIntervalMs: 100,
        observer: { gap: (_, from, to) => gaps.push(`${from}..${to}`) },
      });
      await loop.start();
      await until(() => worker.position() === 10);
      expect(gaps).toEqual(["1..4"]);
      const transactional = foreign.producer({
        transactionalId: randomUUID(),
        idempotent: true,
        maxInFlightRequests: 1,
        createPartitioner: Partitioners.DefaultPartitioner,
      });
      await transactional.connect();
      for (const outcome of ["commit", "abort", "commit"] as const) {
        const transaction = await transactional.transaction();
        await transaction.send({ topic, messages: [{ value: outcome, partition: 0 }] });
        await transaction[outcome]();
      }
      await transactional.disconnect();
      await until(() => worker.position() === 15);
      await producer.send(numbered(topic, 0, 10, 1));
      await until(() => worker.position() === 17);
      expect(worker.offsets()).toEqual([4, 5, 6, 7, 8, 9, 10, 14, 16]);
      expect((await readAll(topic, 0)).map(({ offset }) => offset)).toEqual(worker.offsets());
      expect(gaps).toEqual(["1..4"]);
      await loop.stop(5_000);
      await producer.close();
    });
  });
});
