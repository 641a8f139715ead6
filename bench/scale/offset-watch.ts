/**
 * Looks at the offsets that the state holds, many times a second: who stands still although there is something to read.
 * They move with every apply; what is committed to Kafka moves once a second and would hide short stalls.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import { partitionKeys } from "../../src/state/redis/keys.ts";
import type { KafkaLog } from "../../src/transport/kafka/kafka-log.ts";
import { type Stall, Stalls } from "../../test/chaos/stalls.ts";
import type { Installation } from "../../test/integration/support/installation.ts";

export interface OffsetWatchOptions {
  readonly redis: Redis;
  readonly log: KafkaLog;
  readonly corral: Installation;
  readonly partitions: number;
}

const lookMs = 50;

export class OffsetWatch {
  readonly #options: OffsetWatchOptions;
  readonly #keys: readonly string[];
  readonly #stalls = new Stalls(0);
  #applied: ReadonlyMap<number, number> = new Map();
  #looks = 0;
  #running = true;
  #loop: Promise<void> = Promise.resolve();

  constructor(options: OffsetWatchOptions) {
    this.#options = options;
    const { prefix } = options.corral;
    this.#keys = Array.from(
      { length: options.partitions },
      (_, partition) => partitionKeys(prefix, "events.enriched", partition).meta,
    );
  }

  start(): void {
    this.#loop = this.#watch();
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#loop;
  }

  all(): readonly Stall[] {
    return this.#stalls.all();
  }

  /** Resolves once every partition was applied further than now; to false when the time is over. */
  async moved(limitMs: number): Promise<boolean> {
    const deadline = performance.now() + limitMs;
    const looks = this.#looks;
    while (this.#looks < looks + 2) await sleep(lookMs);
    const first = this.#applied;
    while ([...this.#applied].some(([partition, offset]) => offset <= first.get(partition)!)) {
      if (performance.now() > deadline) return false;
      await sleep(lookMs);
    }
    return true;
  }

  async #watch(): Promise<void> {
    while (this.#running) {
      await this.#look();
      await sleep(lookMs);
    }
  }

  async #look(): Promise<void> {
    const { redis, log, corral } = this.#options;
    const bounds = await log.bounds(corral.topic("events.enriched"));
    const offsets = await Promise.all(this.#keys.map((key) => redis.hget(key, "offset")));
    const applied = new Map(offsets.map((offset, partition) => [partition, Number(offset ?? 0)]));
    const ends = new Map([...bounds].map(([partition, { high }]) => [partition, high]));
    this.#applied = applied;
    this.#looks += 1;
    this.#stalls.look(performance.now(), applied, ends);
  }
}
