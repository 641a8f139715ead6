import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../fault.ts";
import { sessionMs } from "../stage.ts";

export const swallowKafka: Fault = {
  name: "black hole before Kafka",
  does: "nothing gets through to Kafka or back until the sessions of all workers have ended there",
  times: { short: 1, long: 20 },
  inject: async ({ kafkaProxy }, random) => {
    kafkaProxy.blackHole();
    await sleep(sessionMs + 500 + random() * 3_000);
    kafkaProxy.heal();
  },
};
