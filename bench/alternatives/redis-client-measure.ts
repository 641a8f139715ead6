/**
 * The state adapter's one write, apply.lua by its digest, through one client: `node redis-client-measure.ts JSON` prints one
 * line of JSON. Calls are encoded beforehand, so that what is measured is the client alone.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createClient } from "@redis/client";
import { Redis } from "ioredis";
import { encodeChange, type ScriptCall } from "../../src/state/redis/encode-change.ts";
import { partitionKeys } from "../../src/state/redis/keys.ts";
import type { BatchChange } from "../../src/state/store.ts";
import { batchChanges, epoch } from "./batch-changes.ts";

export interface RedisClientTask {
  readonly client: "ioredis" | "node-redis";
  /** `redis://host:port`; nothing in it under the prefix. */
  readonly url: string;
  readonly prefix: string;
  readonly seed: number;
  /** Events of a call. */
  readonly batch: number;
  /** Calls under way at once, each of another partition. */
  readonly depth: number;
  /** Calls of each of the partitions. */
  readonly calls: number;
}

export interface RedisClientFigures {
  /** Microseconds of this process's CPU a call. */
  readonly cpu: number;
  readonly perSecond: number;
  /** Bytes of keys and arguments of a call, on average. */
  readonly bytes: number;
  /** Calls that were not answered by OK. */
  readonly refused: number;
}

interface Client {
  call(command: string, words: readonly string[]): Promise<unknown>;
  close(): Promise<unknown>;
}

const partitions = 8;
const timeoutMs = 5_000;
const clients: Readonly<Record<RedisClientTask["client"], (url: string) => Promise<Client>>> = {
  ioredis: async (url) => {
    // As in the state's connection.ts.
    const redis = new Redis(url, {
      protocol: 2,
      disableClientInfo: true,
      commandTimeout: timeoutMs,
      socketTimeout: timeoutMs + 1_000,
      maxRetriesPerRequest: 0,
      lazyConnect: true,
    });
    await redis.connect();
    return { call: (command, words) => redis.call(command, [...words]), close: () => redis.quit() };
  },
  "node-redis": async (url) => {
    const socket = { socketTimeout: timeoutMs + 1_000 };
    const redis = createClient({ url, RESP: 2, disableClientInfo: true, socket });
    redis.on("error", () => {});
    await redis.connect();
    return { call: (command, words) => redis.sendCommand([command, ...words]), close: () => redis.close() };
  },
};

if (import.meta.main) {
  const task = JSON.parse(process.argv[2]!) as RedisClientTask;
  process.stdout.write(`${JSON.stringify(await measure(task))}\n`);
}

async function measure(task: RedisClientTask): Promise<RedisClientFigures> {
  const client = await clients[task.client](task.url);
  const changes = batchChanges({ seed: task.seed, batch: task.batch, changes: task.calls });
  const warm = await lanesOf(client, `${task.prefix}warm`, changes, task.depth);
  await run(client, warm, task.depth);
  const lanes = await lanesOf(client, task.prefix, changes, partitions);
  const began = performance.now();
  const before = process.cpuUsage();
  const refused = await run(client, lanes, task.depth);
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - began) / 1_000;
  await client.close();
  const calls = lanes.flat();
  const bytes = calls
    .flatMap(({ keys, args }) => [...keys, ...args])
    .reduce((sum, text) => sum + text.length, 0);
  return {
    cpu: (user + system) / calls.length,
    perSecond: calls.length / seconds,
    bytes: bytes / calls.length,
    refused,
  };
}

/** The calls of so many partitions; each has been claimed. */
async function lanesOf(
  client: Client,
  prefix: string,
  changes: readonly BatchChange[],
  count: number,
): Promise<readonly (readonly ScriptCall[])[]> {
  const lanes: (readonly ScriptCall[])[] = [];
  for (let partition = 0; partition < count; partition += 1) {
    const keys = partitionKeys(prefix, "events.enriched", partition);
    await client.call("HSET", [keys.meta, "epoch", String(epoch)]);
    lanes.push(changes.map((change) => encodeChange(change, keys)));
  }
  return lanes;
}

/** One call of a partition after the other, so many partitions at once; the number of calls that were refused. */
async function run(
  client: Client,
  lanes: readonly (readonly ScriptCall[])[],
  depth: number,
): Promise<number> {
  const digest = await load(client);
  let refused = 0;
  const waiting = [...lanes];
  const worker = async (): Promise<void> => {
    for (let lane = waiting.shift(); lane !== undefined; lane = waiting.shift()) {
      for (const { keys, args } of lane) {
        const words = [digest, String(keys.length), ...keys, ...args];
        const [code] = (await client.call("EVALSHA", words)) as readonly unknown[];
        if (String(code) !== "OK") refused += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: depth }, worker));
  return refused;
}

async function load(client: Client): Promise<string> {
  const text = readFileSync(new URL("../../src/state/redis/apply.lua", import.meta.url), "utf8");
  await client.call("SCRIPT", ["LOAD", text]);
  return createHash("sha1").update(text).digest("hex");
}
