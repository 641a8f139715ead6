import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../fault.ts";

export const swallowRedis: Fault = {
  name: "black hole before Redis",
  does: "for seconds nothing gets through to Redis or back, while connections stay open",
  times: { short: 1, long: 20 },
  inject: async ({ redis }, random) => {
    redis.proxy.blackHole();
    await sleep(2_000 + random() * 5_000);
    redis.proxy.heal();
  },
};
