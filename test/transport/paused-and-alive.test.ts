/** What the consume loop asks of its member while a partition cannot go on, and while a batch takes long. */
import { expect, test } from "vitest";
import { TransientError } from "../../src/errors.ts";
import { ConsumeLoop } from "../../src/transport/consume-loop.ts";
import type { GroupMember, MemberHandlers, MemberOptions } from "../../src/transport/log.ts";
import { MemoryLog } from "../../src/transport/memory/memory-log.ts";
import type { Checkpoint } from "../../src/transport/partition-worker.ts";
import { gate, until } from "../contracts/recording-member.ts";
import { ManualClock } from "./manual-clock.ts";
import { ScriptedWorker } from "./scripted-worker.ts";

const topic = "events";
const options: MemberOptions = {
  group: "group",
  topic,
  sessionTimeoutMs: 10_000,
  heartbeatIntervalMs: 1_000,
  maxBytesPerPartition: 100,
  concurrency: 8,
};

/** A loop over one partition, whose batches and heartbeats are counted on their way. */
async function start(worker: ScriptedWorker) {
  const clock = new ManualClock();
  const log = new MemoryLog({ clock });
  await log.createTopics([{ topic, partitions: 1, replicationFactor: 1, config: {} }]);
  const counts = { batches: 0, heartbeats: 0 };
  const counted = (member: GroupMember): GroupMember => {
    const start = (handlers: MemberHandlers): Promise<void> =>
      member.start({
        assigned: (partitions) => handlers.assigned(partitions),
        revoked: () => handlers.revoked(),
        batch: (batch, heartbeat) => {
          counts.batches += 1;
          return handlers.batch(batch, () => {
            counts.heartbeats += 1;
            return heartbeat();
          });
        },
      });
    return Object.assign(Object.create(member) as GroupMember, {
      start,
      seek: member.seek.bind(member),
      pause: member.pause.bind(member),
      resume: member.resume.bind(member),
      commit: member.commit.bind(member),
      committed: member.committed.bind(member),
      stop: member.stop.bind(member),
    });
  };
  const loop = new ConsumeLoop<Checkpoint>({
    log: { member: (wanted) => counted(log.member(wanted)), bounds: (name) => log.bounds(name) },
    memberOptions: options,
    clock,
    commitIntervalMs: 60_000,
    workerFor: () => worker,
  });
  await loop.start();
  await until(() => loop.ready);
  const send = (count: number): Promise<void> =>
    log
      .producer()
      .send(
        Array.from({ length: count }, () => ({ topic, partition: 0, key: null, value: Buffer.alloc(80) })),
      );
  return { loop, clock, counts, send };
}

test("while a partition waits to try again nothing of it is read, however much there is", async () => {
  const worker = new ScriptedWorker(0);
  let away = true;
  worker.onProcess = () => {
    if (away) throw new TransientError("the store is away");
  };
  const { loop, clock, counts, send } = await start(worker);
  await send(50);
  await until(() => counts.batches === 1);
  for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  expect(counts.batches).toBe(1);
  away = false;
  clock.advance(5_000);
  await until(() => worker.position() === 50);
  await loop.stop(0);
});

test("a batch that takes long keeps the membership alive by heartbeats", async () => {
  const worker = new ScriptedWorker(0);
  const held = gate();
  worker.onProcess = () => held.promise;
  const { loop, clock, counts, send } = await start(worker);
  await send(1);
  await until(() => counts.batches === 1);
  clock.advance(9_500);
  expect(counts.heartbeats).toBe(9);
  held.resolve();
  await until(() => worker.position() === 1);
  clock.advance(5_000);
  expect(counts.heartbeats).toBe(9);
  await loop.stop(0);
});
