import { randomUUID } from "node:crypto";
import { describe, expect, inject, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { KafkaLog, type RecordClientName } from "../../src/transport/kafka/kafka-log.ts";
import { startRecording, until } from "../contracts/recording-member.ts";
import { sharedStateContract } from "../contracts/shared-state-contract.ts";
import { recordClients } from "./support/record-clients.ts";

const { address, missing } = inject("services").kafka;

/** Replicas are switched from one client to the other one by one: for a while both are in the group. */
describe.skipIf(address === null)(`Kafka at ${address ?? `nowhere: ${missing}`}`, () => {
  const open = (client: RecordClientName) =>
    new KafkaLog({ brokers: address!.split(","), client, clientId: "corral-test", clock: systemClock });

  for (const first of recordClients) {
    const second = recordClients.find((client) => client !== first)!;

    sharedStateContract(`Kafka log, by turns by ${first} and ${second},`, async () => {
      const logs = [open(first), open(second)];
      let turn = 0;
      const member = (options: Parameters<KafkaLog["member"]>[0]) =>
        logs[turn++ % logs.length]!.member(options);
      return new Proxy(logs[0]!, {
        get(log, name) {
          if (name === "member") return member;
          if (name === "close") return async () => void (await Promise.all(logs.map((each) => each.close())));
          const value: unknown = Reflect.get(log, name, log);
          return typeof value === "function" ? value.bind(log) : value;
        },
      });
    });

    test(`a group of ${first} takes in ${second} and goes over to it`, async () => {
      const [old, fresh] = [open(first), open(second)];
      const [topic, group] = [`mixed-${randomUUID()}`, randomUUID()];
      await old.createTopics([{ topic, partitions: 5, replicationFactor: 1, config: {} }]);
      const producer = fresh.producer();
      const send = (start: number) =>
        producer.send(
          Array.from({ length: 100 }, (_, index) => ({
            topic,
            partition: index % 5,
            key: null,
            value: Buffer.from(`${start + index}`),
          })),
        );
      await send(0);
      const leader = await startRecording(old, { group, topic });
      await until(() => leader.records().length === 100);
      const commit = new Map([0, 1, 2, 3, 4].map((partition) => [partition, 20]));
      expect(await leader.member.commit(commit)).toBe(true);

      const newcomer = await startRecording(fresh, { group, topic });
      await until(() => newcomer.assignments.at(-1)?.length !== undefined && leader.revocations() > 0);
      await until(() => leader.assignments.at(-1)!.length + newcomer.assignments.at(-1)!.length === 5);
      expect([...leader.assignments.at(-1)!, ...newcomer.assignments.at(-1)!].sort((a, b) => a - b)).toEqual([
        0, 1, 2, 3, 4,
      ]);
      await send(100);
      const bySecond = () => newcomer.records().length;
      await until(() => leader.records().length + bySecond() === 200);
      for (const partition of newcomer.assignments.at(-1)!) expect(newcomer.offsets(partition)[0]).toBe(20);

      await leader.member.stop();
      await newcomer.owns([0, 1, 2, 3, 4]);
      await send(200);
      await until(() => new Set(newcomer.records().map(({ value }) => Number(value))).size >= 100);
      await until(() => [0, 1, 2, 3, 4].every((partition) => newcomer.offsets(partition).includes(59)));
      await newcomer.member.stop();
      await producer.close();
      await Promise.all([old.close(), fresh.close()]);
    });
  }
});
