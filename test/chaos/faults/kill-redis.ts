import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../fault.ts";

export const killRedis: Fault = {
  name: "kill -9 of Redis",
  does: "SIGKILL to Redis, started again on its append-only file: what it acknowledged is still there",
  times: { short: 2, long: 40 },
  inject: async ({ redis }, random) => {
    await redis.kill();
    await sleep(random() * 1_000);
    await redis.restart();
  },
};
