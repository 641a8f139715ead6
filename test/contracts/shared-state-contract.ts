import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { ClaimLost } from "../../src/errors.ts";
import { ConsumeLoop } from "../../src/transport/consume-loop.ts";
import type { Log, LogRecord } from "../../src/transport/log.ts";
import type { Checkpoint, PartitionWorker } from "../../src/transport/partition-worker.ts";
import { until } from "./recording-member.ts";

/** The state of one partition, as the real one keeps it: who owns it, how far it is, and what was applied. */
class SharedState {
  epoch = 0;
  offset = 0;
  readonly applied: number[] = [];
}

/** Applies records to the shared state under the fence of epoch and offset, a few at a time. */
class FencedWorker implements PartitionWorker<Checkpoint> {
  readonly #state: SharedState;
  #epoch = 0;
  #position = 0;

  constructor(state: SharedState) {
    this.#state = state;
  }

  async claim(): Promise<number> {
    this.#epoch = ++this.#state.epoch;
    this.#position = this.#state.offset;
    return this.#position;
  }

  async process(records: readonly LogRecord[]): Promise<void> {
    for (let start = 0; start < records.length; start += 50) {
      await new Promise((resolve) => setImmediate(resolve));
      this.#apply(records.slice(start, start + 50));
    }
  }

  position(): number {
    return this.#position;
  }

  checkpoint(): Checkpoint {
    return { offset: this.#position };
  }

  async gap(): Promise<void> {
    throw new Error("nothing was lost");
  }

  async quarantine(): Promise<void> {
    throw new Error("nothing was a defect");
  }

  release(): void {}

  #apply(records: readonly LogRecord[]): void {
    const state = this.#state;
    if (state.epoch !== this.#epoch) throw new ClaimLost("FENCED", "another owner");
    if (state.offset !== this.#position) throw new ClaimLost("CONFLICT", "another offset");
    state.applied.push(...records.map(({ value }) => Number(value)));
    state.offset = records.at(-1)!.offset + 1;
    this.#position = state.offset;
  }
}

/** Replicas that come and go under load: over any log, every record is applied once, in order. */
export function sharedStateContract(name: string, open: () => Promise<Log>): void {
  describe(`consume loops over the ${name}`, () => {
    test("apply every record exactly once, in order, while replicas come and go", async () => {
      const log = await open();
      const partitions = 6;
      const perPartition = 3_000;
      const topic = `shared-${randomUUID()}`;
      await log.createTopics([{ topic, partitions, replicationFactor: 1, config: {} }]);
      const states = Array.from({ length: partitions }, () => new SharedState());
      const producer = log.producer();
      const memberOptions = {
        group: randomUUID(),
        topic,
        sessionTimeoutMs: 6_000,
        heartbeatIntervalMs: 100,
        maxBytesPerPartition: 20_000,
        concurrency: 3,
      };
      const replica = async () => {
        const loop = new ConsumeLoop({
          log,
          memberOptions,
          workerFor: (partition) => new FencedWorker(states[partition]!),
          clock: systemClock,
          commitIntervalMs: 20,
          backoff: { minMs: 5, maxMs: 50 },
        });
        await loop.start();
        return loop;
      };
      const done = (share: number) => () =>
        states.reduce((sum, { applied }) => sum + applied.length, 0) >= share * partitions * perPartition;

      const sending = (async () => {
        for (let start = 0; start < perPartition; start += 100) {
          const numbers = Array.from({ length: 100 }, (_, index) => Buffer.from(`${start + index}`));
          await producer.send(
            states.flatMap((_, partition) =>
              numbers.map((value) => ({ topic, partition, key: null, value })),
            ),
          );
        }
      })();
      const replicas = [await replica()];
      await until(done(0.1), 60_000);
      replicas.push(await replica(), await replica());
      await until(done(0.4), 60_000);
      await replicas.shift()!.stop(5_000);
      await until(done(0.6), 60_000);
      replicas.push(await replica());
      await until(done(0.8), 60_000);
      await replicas.shift()!.stop(0);
      await sending;
      await until(done(1), 60_000);

      for (const { applied } of states) {
        expect(applied).toEqual(Array.from({ length: perPartition }, (_, index) => index));
      }
      await Promise.all(replicas.map((loop) => loop.stop(5_000)));
      await producer.close();
      await log.close();
    }, 120_000);
  });
}
