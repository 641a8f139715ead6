import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../fault.ts";

export const loseRepliesOfRedis: Fault = {
  name: "replies of Redis lost",
  does: "for a while requests reach Redis and are carried out, but no reply comes back; then the connections end",
  times: { short: 2, long: 40 },
  inject: async ({ redis }, random) => {
    redis.proxy.dropReplies();
    await sleep(500 + random() * 1_000);
    redis.proxy.heal();
    await sleep(random() * 500);
  },
};
