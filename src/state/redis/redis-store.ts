/**
 * The state in Redis 7 or newer: what all replicas share and what outlives them. Nothing here has a time to live; only
 * the watermark expires (`trim`). See keys.ts for what lies where, and the .lua files for what changes it.
 */
import { TransientError } from "../../errors.ts";
import type { StateStore, StoreFinding } from "../store.ts";
import { checkServer } from "./check-server.ts";
import { Connection, type ConnectionSettings } from "./connection.ts";
import { demandNoBraces, layoutKey, partitionKeys } from "./keys.ts";
import { RedisPartition } from "./redis-partition.ts";

export interface RedisStoreOptions extends ConnectionSettings {
  /** Before every key, as before topic names; may be empty. */
  readonly prefix: string;
  /** The enriched topic without the prefix. */
  readonly topic: string;
}

export class RedisStore implements StateStore {
  readonly #connection: Connection;
  readonly #prefix: string;
  readonly #topic: string;

  /** Connects in the background; the first call waits for it. Throws ConfigError for a prefix, topic or URL of no use. */
  constructor(options: RedisStoreOptions) {
    demandNoBraces("the prefix", options.prefix);
    demandNoBraces("the topic", options.topic);
    this.#prefix = options.prefix;
    this.#topic = options.topic;
    this.#connection = new Connection(options);
  }

  async check(): Promise<readonly StoreFinding[]> {
    const key = partitionKeys(this.#prefix, this.#topic, 0).meta;
    return this.#connection.run("check Redis", (redis) => checkServer(redis, key));
  }

  partition(partition: number): RedisPartition {
    const keys = partitionKeys(this.#prefix, this.#topic, partition);
    const where = `${this.#prefix}${this.#topic}/${partition}`;
    return new RedisPartition(this.#connection, keys, where);
  }

  async recordOnce(name: string, value: number): Promise<number> {
    const key = layoutKey(this.#prefix, name);
    const recorded = await this.#connection.run(`record ${name}`, async (redis) => {
      // Reading first: a full server refuses SET, even one that would write nothing.
      return (await redis.get(key)) ?? (await redis.call("SET", [key, String(value), "NX", "GET"])) ?? value;
    });
    if (Number.isSafeInteger(Number(recorded))) return Number(recorded);
    throw new TransientError(`Cannot read ${key}: it must hold a number: current value is ${recorded}`);
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }
}
