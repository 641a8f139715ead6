import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ClaimLost, TransientError } from "../../src/errors.ts";
import { ConsumeLoop, type ConsumeLoopOptions } from "../../src/transport/consume-loop.ts";
import type { MemberOptions, OutgoingRecord } from "../../src/transport/log.ts";
import { MemoryLog } from "../../src/transport/memory/memory-log.ts";
import type { MemoryMember } from "../../src/transport/memory/memory-member.ts";
import type { Checkpoint } from "../../src/transport/partition-worker.ts";
import { gate, until } from "../contracts/recording-member.ts";
import { ManualClock } from "./manual-clock.ts";
import { ScriptedWorker } from "./scripted-worker.ts";

const topic = "events";
const memberOptions: MemberOptions = {
  group: "group",
  topic,
  sessionTimeoutMs: 10_000,
  heartbeatIntervalMs: 1_000,
  maxBytesPerPartition: 1_000_000,
  concurrency: 8,
};

let clock: ManualClock;
let log: MemoryLog;
let open: Harness[];

/** A loop with its workers and what its observer was told. */
interface Harness {
  readonly loop: ConsumeLoop<Checkpoint>;
  readonly workers: Map<number, ScriptedWorker>;
  readonly made: ScriptedWorker[];
  readonly told: string[];
  readonly published: ReadonlyMap<number, Checkpoint>[];
  readonly member: MemoryMember;
}

beforeEach(async () => {
  clock = new ManualClock();
  log = new MemoryLog({ clock });
  open = [];
  await log.createTopics([{ topic, partitions: 2, replicationFactor: 1, config: {} }]);
});
afterEach(async () => {
  for (const { loop } of open) {
    const stopped = loop.stop(0);
    clock.advance(60_000);
    await stopped;
  }
});

async function start(
  prepare: (worker: ScriptedWorker) => void = () => {},
  options: Partial<ConsumeLoopOptions<Checkpoint>> = {},
): Promise<Harness> {
  const workers = new Map<number, ScriptedWorker>();
  const made: ScriptedWorker[] = [];
  const told: string[] = [];
  const published: ReadonlyMap<number, Checkpoint>[] = [];
  let member: MemoryMember | undefined;
  const loop = new ConsumeLoop<Checkpoint>({
    log: {
      member: (wanted) => {
        member = log.member(wanted);
        return member;
      },
      bounds: (name) => log.bounds(name),
    },
    memberOptions,
    clock,
    commitIntervalMs: 1_000,
    backoff: { random: () => 1 },
    workerFor: (partition) => {
      const worker = new ScriptedWorker(partition);
      prepare(worker);
      workers.set(partition, worker);
      made.push(worker);
      return worker;
    },
    onCommitted: async (checkpoints) => {
      published.push(checkpoints);
    },
    observer: {
      assigned: (owned, added, lost) => told.push(`assigned ${owned}: +${added} -${lost}`),
      revoked: () => told.push("revoked"),
      retry: (partition, error, delay) => told.push(`retry ${partition} in ${delay}: ${error}`),
      claimLost: (partition, code) => told.push(`claim lost ${partition} ${code}`),
      gap: (partition, from, to) => told.push(`gap ${partition} ${from}..${to}`),
      commitRefused: (partitions) => told.push(`commit refused ${partitions}`),
      publishFailed: (error) => told.push(`publish failed ${error}`),
    },
    ...options,
  });
  await loop.start();
  const harness = { loop, workers, made, told, published, member: member! };
  open.push(harness);
  return harness;
}

async function send(partition: number, count: number): Promise<void> {
  const records: OutgoingRecord[] = Array.from({ length: count }, () => ({
    topic,
    partition,
    key: null,
    value: null,
  }));
  await log.producer().send(records);
}

const upTo = (count: number, from = 0) => Array.from({ length: count }, (_, index) => from + index);

describe("taking over", () => {
  test("claims every partition at once, even when no record ever comes", async () => {
    const { loop, made } = await start();
    await until(() => loop.ready);
    expect(loop.owned()).toEqual([0, 1]);
    expect(made.map(({ calls }) => calls)).toEqual([["claim"], ["claim"]]);
  });

  test("reads from where the claim says", async () => {
    await send(0, 10);
    const { workers } = await start((worker) => {
      worker.start = worker.partition === 0 ? 6 : 0;
    });
    await until(() => workers.get(0)?.position() === 10);
    expect(workers.get(0)?.offsets()).toEqual([6, 7, 8, 9]);
  });

  test("hands over no record before the claim, and lets other partitions go on meanwhile", async () => {
    await send(0, 3);
    await send(1, 3);
    const claim = gate();
    const { loop, workers } = await start((worker) => {
      if (worker.partition === 0) worker.onClaim = () => claim.promise;
    });
    await until(() => workers.get(1)?.position() === 3);
    expect(workers.get(0)?.calls).toEqual(["claim"]);
    expect(loop.ready).toBe(false);
    claim.resolve();
    await until(() => workers.get(0)?.position() === 3);
    expect(loop.ready).toBe(true);
  });

  test("tries a claim again with growing delays", async () => {
    let failures = 3;
    const { loop, workers } = await start((worker) => {
      worker.onClaim = () => {
        if (worker.partition === 0 && failures-- > 0) throw new TransientError("away");
      };
    });
    for (const delay of [100, 200, 400]) {
      await until(() => clock.sleeps.at(-1) === delay);
      clock.advance(delay);
    }
    await until(() => loop.ready);
    expect(workers.get(0)?.calls).toEqual(["claim", "claim", "claim", "claim"]);
  });
});

describe("rebalance", () => {
  test("keeps the worker of a partition that stays and releases that of one that goes", async () => {
    await send(0, 5);
    await send(1, 5);
    const first = await start();
    await until(() => first.workers.get(0)?.position() === 5 && first.workers.get(1)?.position() === 5);
    const kept = first.workers.get(0)!;
    const gone = first.workers.get(1)!;
    const second = await start((worker) => {
      worker.start = 5;
    });
    await until(() => second.loop.ready && second.loop.owned().length === 1);
    await send(0, 5);
    await send(1, 5);
    await until(() => kept.position() === 10 && second.workers.get(1)?.position() === 10);
    expect(first.workers.get(0)).toBe(kept);
    expect(kept.offsets()).toEqual(upTo(10)); // nothing was committed: only the seek keeps it from starting over
    expect(kept.count("claim")).toBe(1);
    expect(gone.calls.at(-1)).toBe("release");
    expect(second.workers.get(1)?.offsets()).toEqual(upTo(5, 5));
    expect(first.told).toContain("assigned 0: + -1");
  });

  test("lets a batch under way end before the partition goes", async () => {
    const held = gate();
    const first = await start((worker) => {
      worker.onProcess = () => held.promise;
    });
    await send(1, 1);
    await until(() => first.workers.get(1)?.calls.includes("process 0..0 of 1") === true);
    const second = await start();
    await until(() => first.told.includes("revoked"));
    expect(second.loop.owned()).toEqual([]);
    expect(first.loop.ready).toBe(false);
    held.resolve();
    await until(() => second.loop.ready && second.loop.owned().length === 1);
    expect(first.loop.owned()).toEqual([0]);
  });

  test("starts over with new workers after the group has gone on without it", async () => {
    const first = await start();
    await until(() => first.loop.ready);
    const comeBack = first.member.expel();
    await send(0, 3);
    comeBack();
    await until(() => first.made.length === 4 && first.loop.ready);
    expect(first.made.slice(0, 2).every(({ calls }) => calls.at(-1) === "release")).toBe(true);
    await until(() => first.workers.get(0)?.position() === 3);
  });

  test("a claim that ends after its partition is lost changes nothing", async () => {
    const claim = gate();
    const first = await start((worker) => {
      if (worker.partition === 1) worker.onClaim = () => claim.promise;
    });
    await until(() => first.loop.owned().length === 2);
    const second = await start();
    await until(() => second.loop.ready && second.loop.owned().length === 1);
    claim.resolve();
    await send(1, 2);
    await until(() => second.workers.get(1)?.position() === 2);
    expect(first.workers.get(1)?.calls).toEqual(["claim", "release"]);
    expect(first.loop.ready).toBe(true);
  });
});

describe("retry", () => {
  test("tries a batch again from the worker's position, with growing delays that a success ends", async () => {
    let failures = 2;
    const { workers, told } = await start((worker) => {
      worker.onProcess = (records) => {
        if (failures-- <= 0) return;
        worker.take(records.slice(0, 2)); // part of the batch is done
        throw new TransientError("away");
      };
    });
    await until(() => workers.size === 2);
    await send(0, 10);
    for (const delay of [100, 200]) {
      await until(() => told.some((line) => line.startsWith(`retry 0 in ${delay}`)));
      clock.advance(delay);
    }
    await until(() => workers.get(0)?.position() === 10);
    expect(workers.get(0)?.offsets()).toEqual(upTo(10));
    failures = 1;
    await send(0, 3);
    await until(() => told.filter((line) => line.startsWith("retry 0 in 100")).length === 2);
    clock.advance(100);
    await until(() => workers.get(0)?.position() === 13);
  });

  test("other partitions do not wait, and delays end at five seconds", async () => {
    const { workers, told } = await start((worker) => {
      worker.onProcess = () => {
        if (worker.partition === 0) throw new TransientError("away");
      };
    });
    await until(() => workers.size === 2);
    await send(0, 1);
    for (let attempt = 1; attempt <= 8; attempt++) {
      await until(() => told.length === attempt + 1);
      clock.advance(5_000);
    }
    expect(told.slice(1).map((line) => Number(/in (\d+)/.exec(line)?.[1]))).toEqual([
      100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000,
    ]);
    await send(1, 1);
    await until(() => workers.get(1)?.position() === 1);
    expect(told.at(-1)).toContain("away");
  });

  test("a record that stops its batch again and again is set aside, and the rest goes on", async () => {
    const { workers, told } = await start((worker) => {
      worker.onProcess = (records) => {
        if (records.some(({ offset }) => offset === 2)) throw new Error("a defect");
      };
    });
    await until(() => workers.size === 2);
    await send(0, 5);
    for (const delay of [100, 200]) {
      await until(() => told.some((line) => line.startsWith(`retry 0 in ${delay}`)));
      clock.advance(delay);
    }
    await until(() => workers.get(0)?.position() === 5);
    expect(workers.get(0)?.offsets()).toEqual([0, 1, 3, 4]);
    expect(workers.get(0)?.calls.filter((call) => call.startsWith("quarantine"))).toEqual(["quarantine 2"]);
    expect(workers.get(0)?.calls.at(-1)).toBe("process 3..4 of 5");
  });

  test("what stands before a record that is set aside is drained, and a claim that goes back is read from there", async () => {
    let back = true;
    const { workers, told } = await start((worker) => {
      worker.onProcess = (records) => {
        if (records.some(({ offset }) => offset === 2)) throw new Error("a defect");
        if (records.length > 1 || records[0]!.offset !== 1 || !back) return;
        back = false;
        worker.goBack(0);
        throw new ClaimLost("CONFLICT", "the state went back");
      };
    });
    await until(() => workers.size === 2);
    await send(0, 4);
    for (const delay of [100, 200]) {
      await until(() => told.some((line) => line.startsWith(`retry 0 in ${delay}`)));
      clock.advance(delay);
    }
    await until(() => told.includes("claim lost 0 CONFLICT"));
    clock.advance(memberOptions.heartbeatIntervalMs);
    const worker = workers.get(0)!;
    await until(() => worker.position() === 4);
    expect(worker.offsets()).toEqual([0, 0, 1, 3]);
    const alone = worker.calls.indexOf("process 0..0 of 4");
    expect(worker.calls.slice(alone, alone + 2)).toEqual(["process 0..0 of 4", "drain"]);
    expect(worker.calls).toContain("quarantine 2");
  });

  test("a worker that goes back by itself among single records is read from there", async () => {
    let back = true;
    const { workers, told } = await start((worker) => {
      worker.onProcess = (records) => {
        if (records.some(({ offset }) => offset === 3)) throw new Error("a defect");
      };
      const take = worker.take.bind(worker);
      worker.take = (records) => {
        take(records);
        if (records.length > 1 || records[0]!.offset !== 1 || !back) return;
        back = false;
        worker.goBack(0);
      };
    });
    await until(() => workers.size === 2);
    await send(0, 5);
    for (const delay of [100, 200]) {
      await until(() => told.some((line) => line.startsWith(`retry 0 in ${delay}`)));
      clock.advance(delay);
    }
    const worker = workers.get(0)!;
    await until(() => worker.position() === 5);
    expect(worker.offsets()).toEqual([0, 1, 0, 1, 2, 4]);
  });

  test("a defect that every record meets lets the partition stand still after ten", async () => {
    const { workers, told } = await start((worker) => {
      worker.onProcess = () => {
        throw new Error("a defect");
      };
    });
    await until(() => workers.size === 2);
    await send(0, 20);
    for (let attempt = 1; attempt <= 60; attempt++) {
      const before = told.length;
      await until(() => told.length > before || workers.get(0)!.position() >= 10);
      clock.advance(5_000);
    }
    expect(workers.get(0)?.position()).toBe(10);
  });

  test("a worker that does not move forward is not asked at full speed", async () => {
    const { workers, told } = await start((worker) => {
      worker.take = () => {};
    });
    await until(() => workers.size === 2);
    await send(0, 1);
    await until(() => told.some((line) => line.startsWith("retry 0")));
    expect(workers.get(0)?.count("process 0..0 of 1")).toBe(1);
  });

  test("commits nothing beyond what is durable", async () => {
    const { loop, workers, published } = await start((worker) => {
      worker.durable = worker.partition === 0 ? 2 : 0;
    });
    await until(() => loop.ready);
    await send(0, 5);
    await until(() => workers.get(0)?.position() === 5);
    expect(await loop.commit()).toBe(true);
    expect(published).toEqual([
      new Map([
        [0, { offset: 2 }],
        [1, { offset: 0 }],
      ]),
    ]);
  });
});

describe("lost claims", () => {
  for (const code of ["FENCED", "CONFLICT"] as const) {
    test(`${code}: claims again after one heartbeat, and reads from the offset of the new claim`, async () => {
      let lose = true;
      const { workers, told } = await start((worker) => {
        worker.onProcess = () => {
          if (!lose) return;
          lose = false;
          worker.start = 3; // as the state says
          throw new ClaimLost(code, "lost");
        };
      });
      await until(() => workers.size === 2);
      await send(0, 6);
      await until(() => told.includes(`claim lost 0 ${code}`));
      const worker = workers.get(0)!;
      expect(worker.count("claim")).toBe(1);
      clock.advance(memberOptions.heartbeatIntervalMs);
      await until(() => worker.position() === 6);
      expect(worker.count("claim")).toBe(2);
      expect(worker.offsets()).toEqual([3, 4, 5]);
    });
  }

  test("does not claim while the group has moved on, nor what it has lost", async () => {
    const frozen = gate();
    const first = await start((worker) => {
      worker.onProcess = async () => {
        await frozen.promise;
        throw new ClaimLost("FENCED", "another owner");
      };
    });
    await until(() => first.loop.ready);
    await send(1, 1);
    await until(() => first.workers.get(1)?.calls.includes("process 0..0 of 1") === true);
    const zombie = first.workers.get(1)!;
    const comeBack = first.member.expel();
    const second = await start();
    await until(() => second.workers.get(1)?.position() === 1);
    frozen.resolve();
    await until(() => first.told.includes("claim lost 1 FENCED"));
    for (let beat = 1; beat <= 3; beat++) {
      await until(() => clock.sleeps.filter((ms) => ms === 1_000).length === beat);
      clock.advance(1_000);
    }
    expect(zombie.calls).toEqual(["claim", "process 0..0 of 1"]);
    comeBack();
    await until(() => zombie.calls.at(-1) === "release");
    await until(() => first.loop.owned().length === 1 && second.loop.owned().length === 1);
    expect(zombie.count("claim")).toBe(1);
  });

  test("a new assignment that keeps the partition is as good as a heartbeat", async () => {
    let lose = true;
    const first = await start((worker) => {
      worker.onProcess = () => {
        if (!lose) return;
        lose = false;
        throw new ClaimLost("FENCED", "another owner");
      };
    });
    await until(() => first.loop.ready);
    await send(0, 2);
    await until(() => first.told.includes("claim lost 0 FENCED"));
    const second = await start();
    await until(() => second.loop.owned().length === 1 && first.loop.owned().length === 1);
    clock.advance(memberOptions.heartbeatIntervalMs);
    await until(() => first.workers.get(0)?.position() === 2);
  });

  test("two conflicts at one offset: looks at the log, reports the gap and goes on from its first record", async () => {
    await send(0, 10);
    let conflicts = 2;
    const { workers, told } = await start((worker) => {
      worker.onProcess = () => {
        if (worker.partition !== 0 || conflicts-- <= 0) return;
        if (conflicts === 0) log.deleteBefore(topic, 0, 4);
        throw new ClaimLost("CONFLICT", "another offset");
      };
    });
    await until(() => told.includes("claim lost 0 CONFLICT"));
    clock.advance(1_000);
    await until(() => told.filter((line) => line === "claim lost 0 CONFLICT").length === 2);
    clock.advance(1_000);
    await until(() => told.some((line) => line.startsWith("retry 0 in 100")));
    clock.advance(100);
    await until(() => workers.get(0)?.position() === 10);
    expect(workers.get(0)?.calls).toContain("gap 0..4");
    expect(workers.get(0)?.offsets()).toEqual(upTo(6, 4));
  });

  test("conflicts without end are met with growing delays, never at full speed", async () => {
    await send(0, 1);
    const { workers, told } = await start((worker) => {
      worker.onProcess = () => {
        throw new ClaimLost("CONFLICT", "another offset");
      };
    });
    for (let round = 1; round <= 4; round++) {
      await until(() => told.filter((line) => line.startsWith("claim lost")).length === round);
      clock.advance(1_000);
      if (round === 1) continue;
      await until(() => told.filter((line) => line.startsWith("retry 0")).length === round - 1);
      clock.advance(5_000);
    }
    const delays = told
      .filter((line) => line.startsWith("retry 0"))
      .map((line) => /in (\d+)/.exec(line)?.[1]);
    expect(delays).toEqual(["100", "200", "400"]);
    expect(workers.get(0)?.seen).toEqual([]);
  });
});

describe("gaps", () => {
  test("reports what retention has taken before the claimed offset", async () => {
    await send(0, 10);
    log.deleteBefore(topic, 0, 7);
    const { workers, told } = await start((worker) => {
      worker.start = worker.partition === 0 ? 2 : 0;
    });
    await until(() => workers.get(0)?.position() === 10);
    expect(workers.get(0)?.calls).toEqual(["claim", "gap 2..7", "process 7..9 of 10"]);
    expect(told).toContain("gap 0 2..7");
  });

  test("a hole of compaction or transactions is none", async () => {
    await send(0, 3);
    log.skipOffsets(topic, 0, 4);
    await send(0, 3);
    const { workers, told } = await start();
    await until(() => workers.get(0)?.position() === 10);
    expect(workers.get(0)?.offsets()).toEqual([0, 1, 2, 7, 8, 9]);
    expect(told.some((line) => line.startsWith("gap"))).toBe(false);
  });

  test("a topic made anew is read from its first record", async () => {
    await send(0, 10);
    const { workers } = await start((worker) => {
      worker.start = worker.partition === 0 ? 10 : 0;
    });
    await until(() => workers.get(0)?.position() === 10);
    log.recreate(topic);
    await send(0, 3);
    await until(() => workers.get(0)?.position() === 3);
    expect(workers.get(0)?.calls).toContain("gap 10..0");
    expect(workers.get(0)?.offsets()).toEqual([0, 1, 2]);
  });

  test("waits while the log does not tell its bounds", async () => {
    await send(0, 10);
    log.deleteBefore(topic, 0, 7);
    let away = true;
    const { workers, told } = await start(
      (worker) => {
        worker.start = worker.partition === 0 ? 2 : 0;
      },
      {
        log: {
          member: (options) => log.member(options),
          bounds: async (name) => {
            if (away) throw new TransientError("the log is away");
            return log.bounds(name);
          },
        },
      },
    );
    await until(() => told.some((line) => line.startsWith("retry 0 in 100")));
    expect(workers.get(0)?.calls).toEqual(["claim"]);
    away = false;
    clock.advance(100);
    await until(() => workers.get(0)?.position() === 10);
    expect(workers.get(0)?.calls).toContain("gap 2..7");
  });
});

describe("commits", () => {
  test("commits all owned partitions at the interval, changed or not, and publishes what was accepted", async () => {
    const { loop, published, member } = await start();
    await until(() => loop.ready);
    clock.advance(1_000);
    await until(() => published.length === 1);
    clock.advance(1_000);
    await until(() => published.length === 2);
    expect([...published[1]!.keys()]).toEqual([0, 1]);
    expect(await member.committed()).toEqual(
      new Map([
        [0, 0],
        [1, 0],
      ]),
    );
  });

  test("drains a worker first, unless a batch is under way", async () => {
    const batch = gate();
    const { loop, workers } = await start((worker) => {
      if (worker.partition === 1) worker.onProcess = () => batch.promise;
    });
    await until(() => loop.ready);
    await send(1, 1);
    await until(() => workers.get(1)!.count("process 0..0 of 1") === 1);
    expect(await loop.commit()).toBe(true);
    expect([0, 1].map((partition) => workers.get(partition)!.count("drain"))).toEqual([1, 0]);
    batch.resolve();
    await until(() => workers.get(1)!.position() === 1);
    expect(await loop.commit()).toBe(true);
    expect(workers.get(1)!.count("drain")).toBe(1);
  });

  test("a worker that cannot be drained goes back to where it stands durably", async () => {
    let fail = true;
    const { loop, workers, told } = await start((worker) => {
      worker.onDrain = () => {
        if (!fail || worker.position() === 0) return;
        fail = false;
        worker.goBack(1);
        throw new TransientError("away");
      };
    });
    await until(() => loop.ready);
    await send(0, 3);
    await until(() => workers.get(0)!.position() === 3);
    expect(await loop.commit()).toBe(true);
    expect(told).toContain("retry 0 in 100: TransientError: away");
    clock.advance(100);
    await until(() => workers.get(0)!.offsets().length === 5);
    expect(workers.get(0)!.offsets()).toEqual([0, 1, 2, 1, 2]);
  });

  test("a claim lost while draining is taken again once a batch proves the membership", async () => {
    let lose = true;
    const { loop, workers, told } = await start((worker) => {
      worker.onDrain = () => {
        if (!lose || worker.position() === 0) return;
        lose = false;
        worker.goBack(0);
        throw new ClaimLost("FENCED", "another owner");
      };
    });
    await until(() => loop.ready);
    await send(0, 2);
    const worker = workers.get(0)!;
    await until(() => worker.position() === 2);
    expect(await loop.commit()).toBe(true);
    await until(() => told.includes("claim lost 0 FENCED"));
    expect(worker.count("claim")).toBe(1);
    clock.advance(memberOptions.heartbeatIntervalMs);
    await until(() => worker.position() === 2);
    expect(worker.count("claim")).toBe(2);
    expect(worker.offsets()).toEqual([0, 1, 0, 1]);
  });

  test("publishes nothing when the group refuses", async () => {
    const { loop, published, told } = await start();
    await until(() => loop.ready);
    const accept = log.refuseCommits("group", topic);
    expect(await loop.commit()).toBe(false);
    expect(told).toContain("commit refused 0,1");
    expect(published).toEqual([]);
    accept();
    expect(await loop.commit()).toBe(true);
    expect(published).toHaveLength(1);
  });

  test("a member that the group has expelled publishes nothing", async () => {
    const { loop, published, member } = await start();
    await until(() => loop.ready);
    member.expel();
    expect(await loop.commit()).toBe(false);
    expect(published).toEqual([]);
  });

  test("leaves out partitions that are not claimed", async () => {
    const claim = gate();
    const { loop, published, workers } = await start((worker) => {
      if (worker.partition === 0) worker.onClaim = () => claim.promise;
    });
    await until(() => workers.size === 2 && loop.worker(1) !== undefined);
    await loop.commit();
    expect(published.map((checkpoints) => [...checkpoints.keys()])).toEqual([[1]]);
    claim.resolve();
  });

  test("a publication that fails is reported and repeated by the next round", async () => {
    let calls = 0;
    const { loop, told } = await start(() => {}, {
      onCommitted: async () => {
        calls++;
        throw new TransientError("no acknowledgement");
      },
    });
    await until(() => loop.ready);
    expect(await loop.commit()).toBe(true);
    expect(await loop.commit()).toBe(true);
    expect(calls).toBe(2);
    expect(told.at(-1)).toContain("publish failed");
  });
});

describe("alignment", () => {
  test("a partition that is paused gets no batch until it is resumed, also across a retry", async () => {
    let fail = true;
    const { loop, workers, told } = await start((worker) => {
      worker.onProcess = () => {
        if (fail && worker.partition === 0) throw new TransientError("away");
      };
    });
    await until(() => loop.ready);
    await send(0, 1);
    await until(() => told.some((line) => line.startsWith("retry 0")));
    fail = false;
    loop.pause(0);
    clock.advance(100);
    await send(1, 1);
    await until(() => workers.get(1)?.position() === 1);
    expect(workers.get(0)?.seen).toEqual([]);
    loop.resume(0);
    await until(() => workers.get(0)?.position() === 1);
  });
});

describe("stopping", () => {
  test("lets batches end, drains, commits, publishes and leaves the group", async () => {
    const held = gate();
    const { loop, workers, published } = await start((worker) => {
      worker.durable = 0;
      worker.onProcess = () => held.promise;
      worker.onDrain = () => {
        worker.durable = undefined;
      };
    });
    await until(() => loop.ready);
    await send(0, 3);
    await until(() => workers.get(0)?.calls.includes("process 0..2 of 3") === true);
    const stopped = loop.stop(10_000);
    held.resolve();
    await stopped;
    expect(published.at(-1)?.get(0)).toEqual({ offset: 3 });
    expect(workers.get(0)?.calls.slice(-2)).toEqual(["drain", "release"]);
    const next = await start();
    await until(() => next.loop.owned().length === 2);
  });

  test("abandons at the deadline what has not ended, and commits only what is durable", async () => {
    const held = gate();
    const { loop, workers, published } = await start((worker) => {
      worker.onProcess = () => held.promise;
    });
    await until(() => loop.ready);
    await send(0, 3);
    await until(() => workers.get(0)?.calls.includes("process 0..2 of 3") === true);
    const stopped = loop.stop(5_000);
    clock.advance(5_000);
    await until(() => workers.get(0)?.calls.at(-1) === "release");
    await until(() => clock.sleeps.at(-1) === 1_000);
    clock.advance(1_000);
    await stopped;
    expect(published.at(-1)?.get(0)).toEqual({ offset: 0 });
    held.resolve();
  });

  test("takes no batch any more", async () => {
    const { loop, workers } = await start();
    await until(() => loop.ready);
    const stopped = loop.stop(1_000);
    await send(0, 1);
    await stopped;
    expect(workers.get(0)?.seen).toEqual([]);
    expect(loop.owned()).toEqual([]);
  });
});
