import { trafficLoad } from "../../support/bench-load.ts";
import type { OverloadCase } from "../overload-case.ts";

const usualEvents = 300_000;

export const backlog: OverloadCase = {
  name: "consumer far behind",
  does: "all events are in the raw topic before the first process starts (--backlog N)",
  rules: ["rules"],
  load: ({ seed, events }) => trafficLoad(seed, events ?? usualEvents),
};
