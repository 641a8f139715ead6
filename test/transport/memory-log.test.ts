import { expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { MemoryLog } from "../../src/transport/memory/memory-log.ts";
import { logContract } from "../contracts/log-contract.ts";
import { startRecording, until } from "../contracts/recording-member.ts";
import { sharedStateContract } from "../contracts/shared-state-contract.ts";

logContract("memory log", async () => new MemoryLog({ clock: systemClock }));
sharedStateContract("memory log", async () => new MemoryLog({ clock: systemClock }));

test("a memory log that forgets keeps what one of its groups has not committed", async () => {
  const log = new MemoryLog({ clock: systemClock, forgetCommitted: true });
  const topic = "events";
  await log.createTopics([{ topic, partitions: 1, replicationFactor: 1, config: {} }]);
  const producer = log.producer();
  await producer.send(Array.from({ length: 5_000 }, () => ({ topic, key: null, value: null })));
  const fast = await startRecording(log, { group: "fast", topic });
  const slow = await startRecording(log, { group: "slow", topic });
  await until(() => fast.records().length === 5_000 && slow.records().length === 5_000);
  await slow.member.commit(new Map([[0, 2_000]]));
  await fast.member.commit(new Map([[0, 4_000]]));
  expect((await log.bounds(topic)).get(0)).toEqual({ low: 2_000, high: 5_000 });
  await Promise.all([fast.member.stop(), slow.member.stop()]);
});
