import { apiKey, kafkaRequest } from "../../../test/services/fault-proxy.ts";
import { trafficLoad } from "../../support/bench-load.ts";
import type { OverloadCase } from "../overload-case.ts";

const delayMs = 500;
const usualEvents = 60_000;

/** Of the correlators only: nothing but alerts, actions and their own marks is produced by them. */
export const slowAlerts: OverloadCase = {
  name: "alerts topic slow",
  does: `the broker acknowledges what correlators produce ${delayMs} ms late`,
  rules: ["rules"],
  load: ({ seed, events }) => trafficLoad(seed, events ?? usualEvents),
  begin: ({ kafkaProxy }) => kafkaProxy.delayReplies(delayMs, kafkaRequest(apiKey.produce)),
  end: ({ kafkaProxy }) => kafkaProxy.heal(),
};
