import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InvalidMessage, TransientError } from "../../src/errors.ts";
import { partitionFor } from "../../src/transport/kafka/partition-for.ts";
import type { Log, LogRecord, OutgoingRecord, Producer, Right } from "../../src/transport/log.ts";
import { gate, startRecording, until } from "./recording-member.ts";

/** What every backend of the log port must do. `open` gives a log without topics of ours; the suite closes it. */
export function logContract(name: string, open: () => Promise<Log>): void {
  describe(`${name} keeps the contract of a log`, () => {
    let log: Log;
    let producer: Producer;

    beforeAll(async () => {
      log = await open();
      producer = log.producer();
    });
    afterAll(async () => {
      await producer.close();
      await log.close();
    });

    async function newTopic(partitions: number): Promise<string> {
      const topic = `contract-${randomUUID()}`;
      await log.createTopics([{ topic, partitions, replicationFactor: 1, config: {} }]);
      return topic;
    }

    async function readAll(topic: string, partition: number): Promise<LogRecord[]> {
      const { low, high } = (await log.bounds(topic)).get(partition)!;
      const records: LogRecord[] = [];
      for await (const batch of log.read(topic, partition, low, high)) records.push(...batch);
      return records;
    }

    const numbered = (topic: string, partition: number, count: number, start = 0): OutgoingRecord[] =>
      Array.from({ length: count }, (_, index) => ({
        topic,
        partition,
        key: null,
        value: Buffer.from(`${start + index}`),
      }));
    const values = (records: readonly LogRecord[]) => records.map((record) => Number(record.value));
    const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

    describe("topics", () => {
      test("makes those that are missing and leaves the others as they are", async () => {
        const [old, fresh] = [await newTopic(2), `contract-${randomUUID()}`];
        const config = { "cleanup.policy": "compact" };
        const made = await log.createTopics([
          { topic: old, partitions: 5, replicationFactor: 1, config },
          { topic: fresh, partitions: 3, replicationFactor: 1, config },
        ]);
        expect(made).toEqual([fresh]);
        const [first, second, third] = await log.describe([old, fresh, "contract-none"]);
        expect(first).toMatchObject({ topic: old, partitions: 2 });
        expect(second).toMatchObject({ topic: fresh, partitions: 3, config });
        expect(third).toEqual({ topic: "contract-none", partitions: 0, config: {} });
      });

      test("counts partitions, none for a topic that does not exist", async () => {
        expect(await log.partitions(await newTopic(3))).toBe(3);
        expect(await log.partitions("contract-none")).toBe(0);
        expect(await log.bounds("contract-none")).toEqual(new Map());
      });

      test("denies nothing where everybody may do everything, of topics and groups that are not there either", async () => {
        const name = await newTopic(1);
        const rights: readonly Right[] = [
          { operation: "Read", resource: "Topic", name },
          { operation: "Write", resource: "Topic", name },
          { operation: "DescribeConfigs", resource: "Topic", name },
          { operation: "Write", resource: "Topic", name: "contract-none" },
          { operation: "Read", resource: "Group", name: "contract-none" },
        ];
        expect(await log.denied(rights)).toEqual([]);
      });

      test("answers a ping", async () => {
        await expect(log.ping(10_000)).resolves.toBeUndefined();
      });
    });

    describe("producer", () => {
      test("keeps key, value, headers and order, counting offsets from 0", async () => {
        const topic = await newTopic(1);
        await producer.send([
          { topic, key: "clé", value: Buffer.from("one"), headers: { "corral-copy": "1", text: "é" } },
          { topic, key: Buffer.from([1, 2]), value: null },
        ]);
        const [first, second] = await readAll(topic, 0);
        expect(first).toMatchObject({ topic, partition: 0, offset: 0, key: Buffer.from("clé") });
        expect(first).toMatchObject({
          value: Buffer.from("one"),
          headers: { "corral-copy": "1", text: "é" },
        });
        expect(second).toMatchObject({ offset: 1, key: Buffer.from([1, 2]), value: null, headers: {} });
        expect(first!.timestamp).toBeGreaterThan(0);
      });

      test("chooses the partition of a key as Kafka's clients do, and takes turns without one", async () => {
        const topic = await newTopic(3);
        const keys = ["a", "b", "container=3f2a", "é", ""];
        await producer.send(keys.map((key) => ({ topic, key, value: Buffer.from(key) })));
        await producer.send(Array.from({ length: 3 }, () => ({ topic, key: null, value: null })));
        for (const partition of [0, 1, 2]) {
          const records = await readAll(topic, partition);
          const expected = keys.filter((key) => partitionFor(key, 3) === partition);
          expect(records.filter(({ key }) => key !== null).map(({ key }) => `${key}`)).toEqual(expected);
          expect(records.filter(({ key }) => key === null)).toHaveLength(1);
        }
      });

      test("keeps the order of sends that overlap", async () => {
        const topic = await newTopic(2);
        const sends = upTo(200).map((index) =>
          producer.send([...numbered(topic, 0, 5, index * 5), ...numbered(topic, 1, 5, index * 5)]),
        );
        expect(producer.pending()).toBe(2_000);
        await Promise.all(sends);
        expect(producer.pending()).toBe(0);
        expect(values(await readAll(topic, 0))).toEqual(upTo(1_000));
        expect(values(await readAll(topic, 1))).toEqual(upTo(1_000));
      });

      test("sends more than one request takes", async () => {
        const topic = await newTopic(1);
        const big = Buffer.alloc(10_000, "x");
        await producer.send(upTo(300).map(() => ({ topic, key: null, value: big })));
        expect((await log.bounds(topic)).get(0)).toEqual({ low: 0, high: 300 });
      });

      test("waits for a topic that does not exist yet", async () => {
        const mine = log.producer();
        const topic = `contract-${randomUUID()}`;
        let sent = false;
        const sending = mine.send([{ topic, key: null, value: Buffer.from("1") }]).then(() => {
          sent = true;
        });
        await log.createTopics([{ topic, partitions: 1, replicationFactor: 1, config: {} }]);
        await sending;
        expect(sent).toBe(true);
        expect(await readAll(topic, 0)).toHaveLength(1);
        await mine.close();
      });

      test("refuses a record that is too large for the log, and that one only", async () => {
        const topic = await newTopic(1);
        const before = producer.send(numbered(topic, 0, 10));
        const tooLarge = producer.send([{ topic, key: null, value: Buffer.alloc(3_000_000) }]);
        const after = producer.send(numbered(topic, 0, 10, 10));
        await expect(tooLarge).rejects.toBeInstanceOf(InvalidMessage);
        await expect(tooLarge).rejects.toMatchObject({ reason: "too-large" });
        await Promise.all([before, after]);
        expect(new Set(values(await readAll(topic, 0)))).toEqual(new Set(upTo(20)));
      });

      test("rejects what was not sent before it was closed", async () => {
        const mine = log.producer();
        const waiting = mine.send([{ topic: "contract-none", key: null, value: null }]);
        const rejected = expect(waiting).rejects.toBeInstanceOf(TransientError);
        await mine.close(0);
        await rejected;
        await expect(mine.send([{ topic: "contract-none", key: null, value: null }])).rejects.toBeInstanceOf(
          TransientError,
        );
      });
    });

    describe("reading outside of a group", () => {
      test("gives exactly the range asked for", async () => {
        const topic = await newTopic(2);
        await producer.send(numbered(topic, 1, 100));
        expect(await log.bounds(topic)).toEqual(
          new Map([
            [0, { low: 0, high: 0 }],
            [1, { low: 0, high: 100 }],
          ]),
        );
        const records: LogRecord[] = [];
        for await (const batch of log.read(topic, 1, 10, 20)) records.push(...batch);
        expect(records.map(({ offset }) => offset)).toEqual(upTo(10).map((index) => index + 10));
      });

      test("ends at the end of the partition", async () => {
        const topic = await newTopic(1);
        await producer.send(numbered(topic, 0, 3));
        const records: LogRecord[] = [];
        for await (const batch of log.read(topic, 0, 0, 1_000)) records.push(...batch);
        expect(records).toHaveLength(3);
      });
    });

    describe("group member", () => {
      test("reads all partitions from the start, in order, and knows their end", async () => {
        const topic = await newTopic(2);
        await producer.send([...numbered(topic, 0, 500), ...numbered(topic, 1, 500)]);
        const reader = await startRecording(log, { group: randomUUID(), topic });
        await reader.owns([0, 1]);
        await until(() => reader.records().length >= 1_000);
        expect(reader.offsets(0)).toEqual(upTo(500));
        expect(reader.offsets(1)).toEqual(upTo(500));
        expect(reader.batches.at(-1)!.end).toBe(500);
        await producer.send(numbered(topic, 1, 1, 500));
        await until(() => reader.offsets(1).includes(500));
        await reader.member.stop();
      });

      test("goes where it is sought to, from an assignment, from outside and from within a batch", async () => {
        const topic = await newTopic(1);
        await producer.send(numbered(topic, 0, 100));
        const reader = await startRecording(log, { group: randomUUID(), topic }, (member, partitions) => {
          for (const partition of partitions) member.seek(partition, 40);
        });
        await until(() => reader.offsets(0).length >= 60);
        expect(reader.offsets(0)[0]).toBe(40);
        let sought = false;
        reader.onBatch = async () => {
          if (!sought) reader.member.seek(0, 90);
          sought = true;
        };
        reader.batches.length = 0;
        reader.member.seek(0, 98);
        await until(() => reader.offsets(0).includes(90));
        await until(() => reader.offsets(0).length >= 12);
        expect(reader.offsets(0)).toEqual([98, 99, ...upTo(10).map((index) => index + 90)]);
        await reader.member.stop();
      });

      test("delivers nothing of a paused partition until it is resumed", async () => {
        const topic = await newTopic(2);
        const reader = await startRecording(log, { group: randomUUID(), topic });
        await reader.owns([0, 1]);
        reader.member.pause(0);
        await producer.send([...numbered(topic, 0, 1), ...numbered(topic, 1, 1)]);
        await until(() => reader.offsets(1).length === 1);
        await producer.send(numbered(topic, 1, 1));
        await until(() => reader.offsets(1).length === 2);
        expect(reader.offsets(0)).toEqual([]);
        reader.member.resume(0);
        await until(() => reader.offsets(0).length === 1);
        await reader.member.stop();
      });

      test("handles partitions side by side, batches of one partition one after the other", async () => {
        const topic = await newTopic(2);
        const held = gate();
        const reader = await startRecording(log, { group: randomUUID(), topic });
        const running = new Map<number, number>();
        let overlap = false;
        reader.onBatch = async ({ partition }) => {
          running.set(partition, (running.get(partition) ?? 0) + 1);
          if (running.get(partition)! > 1) overlap = true;
          await held.promise;
          running.set(partition, running.get(partition)! - 1);
        };
        await producer.send([...numbered(topic, 0, 1), ...numbered(topic, 1, 1)]);
        await producer.send([...numbered(topic, 0, 1), ...numbered(topic, 1, 1)]);
        // Which fetch brings which partition is up to the log; both are under way once each has been fetched.
        await until(() => running.size >= 1);
        held.resolve();
        await until(() => reader.offsets(0).length === 2 && reader.offsets(1).length === 2);
        expect(overlap).toBe(false);
        await reader.member.stop();
      });

      test("starts where the group has committed", async () => {
        const topic = await newTopic(2);
        const group = randomUUID();
        await producer.send([...numbered(topic, 0, 10), ...numbered(topic, 1, 10)]);
        const first = await startRecording(log, { group, topic });
        await first.owns([0, 1]);
        expect(await first.member.committed()).toEqual(new Map());
        expect(await first.member.commit(new Map([[1, 7]]))).toBe(true);
        expect(await first.member.committed()).toEqual(new Map([[1, 7]]));
        await first.member.stop();
        const second = await startRecording(log, { group, topic });
        await until(() => second.records().length >= 13);
        expect(second.offsets(0)).toEqual(upTo(10));
        expect(second.offsets(1)).toEqual([7, 8, 9]);
        await second.member.stop();
      });

      test("has no commit accepted before it has joined, for what it does not own, and after it has left", async () => {
        const topic = await newTopic(1);
        const group = randomUUID();
        const reader = await startRecording(log, { group, topic });
        expect(await reader.member.commit(new Map([[0, 1]]))).toBe(false);
        await reader.owns([0]);
        expect(await reader.member.commit(new Map([[1, 1]]))).toBe(false);
        expect(await reader.member.commit(new Map([[0, 0]]))).toBe(true);
        await reader.member.stop();
        expect(await reader.member.commit(new Map([[0, 1]]))).toBe(false);
        expect(await reader.member.committed()).toEqual(new Map([[0, 0]]));
      });

      test("shares the partitions with a second member and takes them back", async () => {
        const topic = await newTopic(4);
        const group = randomUUID();
        const first = await startRecording(log, { group, topic });
        await first.owns([0, 1, 2, 3]);
        const second = await startRecording(log, { group, topic });
        await until(() => first.assignments.at(-1)!.length === 2 && second.assignments.at(-1)?.length === 2);
        const shared = [...first.assignments.at(-1)!, ...second.assignments.at(-1)!];
        expect(shared.sort((a, b) => a - b)).toEqual([0, 1, 2, 3]);
        expect(first.revocations()).toBeGreaterThanOrEqual(1);
        await producer.send(upTo(4).flatMap((partition) => numbered(topic, partition, 10)));
        await until(() => first.records().length + second.records().length >= 40);
        expect(first.records()).toHaveLength(20);
        await second.member.stop();
        await first.owns([0, 1, 2, 3]);
        await first.member.stop();
      });

      test("learns from a heartbeat in long work that the group has moved on", async () => {
        const topic = await newTopic(2);
        const group = randomUUID();
        const first = await startRecording(log, { group, topic });
        const started = gate();
        const moved = gate();
        first.onBatch = async (_, heartbeat) => {
          started.resolve();
          await until(() => second !== undefined);
          for (;;) {
            const alive = await heartbeat().then(
              () => true,
              () => false,
            );
            if (!alive) break;
            await new Promise((resolve) => setTimeout(resolve, 10));
          }
          first.onBatch = async () => {};
          moved.resolve();
        };
        let second: Awaited<ReturnType<typeof startRecording>> | undefined;
        await producer.send(numbered(topic, 0, 1));
        await started.promise;
        second = await startRecording(log, { group, topic });
        await moved.promise;
        expect(first.revocations()).toBe(1);
        await until(() => second?.assignments.at(-1)?.length === 1);
        await Promise.all([first.member.stop(), second.member.stop()]);
      });
    });
  });
}
