import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../fault.ts";
import { usual } from "../stage.ts";

export const changeReplicas: Fault = {
  name: "replicas 1, 4, 2",
  does: "correlators go to one, to four and to two; those that are too many end by SIGTERM",
  times: { short: 1, long: 20 },
  inject: async (stage, random) => {
    const { correlate } = stage.crews;
    for (const count of [1, 4, 2]) {
      await correlate.scaleTo(count);
      await sleep(500 + random() * 1_000);
    }
    await correlate.scaleTo(usual.correlate);
  },
};
