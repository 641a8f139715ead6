import { trafficLoad } from "../../support/bench-load.ts";
import type { OverloadCase } from "../overload-case.ts";

const delayMs = 50;
const usualEvents = 60_000;

export const slowRedis: OverloadCase = {
  name: "Redis slow",
  does: `every reply of Redis comes ${delayMs} ms late`,
  rules: ["rules"],
  load: ({ seed, events }) => trafficLoad(seed, events ?? usualEvents),
  begin: ({ redisProxy }) => redisProxy.delayReplies(delayMs),
  end: ({ redisProxy }) => redisProxy.heal(),
};
