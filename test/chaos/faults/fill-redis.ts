import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../fault.ts";
import { until } from "../state-server.ts";

export const fillRedis: Fault = {
  name: "Redis out of memory",
  does: "`maxmemory` far below what is used, under `noeviction`, for some seconds: every write is refused",
  times: { short: 1, long: 20 },
  inject: async ({ redis }, random) => {
    const refused = () => redis.counter("errorstats", "errorstat_OOM");
    const before = await refused();
    await redis.ask("CONFIG", "SET", "maxmemory", "1mb");
    try {
      await until(async () => (await refused()) > before, "Redis to refuse a write for want of memory");
      await sleep(1_000 + random() * 3_000);
    } finally {
      await redis.ask("CONFIG", "SET", "maxmemory", "0");
    }
  },
};
