import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../fault.ts";

export const cutRedis: Fault = {
  name: "connections to Redis reset",
  does: "all connections between correlators and Redis are cut, requests and replies under way with them",
  times: { short: 4, long: 80 },
  inject: async ({ redis }, random) => {
    redis.proxy.cut();
    await sleep(200 + random() * 800);
  },
};
