import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../fault.ts";

export const cutKafka: Fault = {
  name: "connections to Kafka reset",
  does: "all connections between the workers and Kafka are cut, requests and replies under way with them",
  times: { short: 4, long: 80 },
  inject: async ({ kafkaProxy }, random) => {
    kafkaProxy.cut();
    await sleep(200 + random() * 1_500);
  },
};
