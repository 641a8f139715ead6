import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../fault.ts";

export const killBroker: Fault = {
  name: "kill -9 of the broker",
  does: "SIGKILL to Kafka, started again on its log",
  times: { short: 1, long: 20 },
  inject: async ({ kafka }, random) => {
    await kafka.kill();
    await sleep(random() * 2_000);
    await kafka.restart();
  },
};
