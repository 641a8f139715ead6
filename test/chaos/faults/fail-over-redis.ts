import { startRedis } from "../../services/redis.ts";
import type { Fault } from "../fault.ts";

export const failOverRedis: Fault = {
  name: "Redis failover with a lag",
  does: "the link to a replica is cut, seconds later the master is killed for good and the replica promoted",
  times: { short: 2, long: 40 },
  inject: async ({ redis }, random) => {
    await redis.failOver(await startRedis(), 500 + random() * 2_500);
  },
};
