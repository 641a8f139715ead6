/** ioredis against node-redis, doing what the state adapter does once a batch. */
import { join } from "node:path";
import { startRedis } from "../../test/services/redis.ts";
import { measuredApart } from "../support/measured-apart.ts";
import { mediansOf } from "../support/median.ts";
import { say } from "../support/say.ts";
import type { Section } from "../support/section.ts";
import type { RedisClientFigures, RedisClientTask } from "./redis-client-measure.ts";

export interface RedisClientOptions {
  readonly seed: number;
  readonly runs: number;
}

const names = ["ioredis", "node-redis"] as const;
const batches = [
  { batch: 50, calls: 100 },
  { batch: 500, calls: 20 },
];
const depths = [1, 8];

export async function redisClients({ seed, runs }: RedisClientOptions): Promise<Section> {
  const program = join(import.meta.dirname, "redis-client-measure.ts");
  const cases = batches.flatMap((each) =>
    depths.flatMap((depth) =>
      names.map((client) => ({ ...each, depth, client, measured: [] as RedisClientFigures[] })),
    ),
  );
  const redis = await startRedis();
  try {
    for (let run = 0; run < runs; run += 1) {
      for (const [index, { measured, ...each }] of cases.entries()) {
        const task: RedisClientTask = { ...each, url: redis.address, prefix: `${run}.${index}.`, seed };
        measured.push(await measuredApart<RedisClientTask, RedisClientFigures>(program, task));
      }
    }
  } finally {
    await redis.stop();
  }
  say("Redis clients: measured");
  return {
    title: "Alternatives: the Redis client",
    head: ["client", "events a call", "calls at once", "client, µs a call", "calls/s", "bytes a call"],
    rows: cases.map(({ client, batch, depth, measured }) => {
      const { cpu, perSecond, bytes } = mediansOf(measured);
      return [
        client,
        String(batch),
        String(depth),
        ...[cpu, perSecond, bytes].map((each) => each.toFixed(0)),
      ];
    }),
    notes: [
      "One EVALSHA of the state's apply.lua a call, with what the judge changes over so many events that rules use; of eight " +
        `partitions one after the other, or of all at once. Medians of ${runs} runs in turn, each in a process of its own, CPU by ` +
        "the operating system's account, calls encoded beforehand. ioredis with the product's limit for the time of a call; " +
        "node-redis has none for answers.",
    ],
    failures: cases.flatMap(({ client, batch, measured }) =>
      measured.flatMap(({ refused }) =>
        refused === 0 ? [] : [`${client}, ${batch} events: ${refused} calls were refused`],
      ),
    ),
  };
}
