import type { Fault } from "../fault.ts";

export const rollingRestart: Fault = {
  name: "rolling restart",
  does: "SIGTERM to one worker after the other, the next when the new one is ready",
  times: { short: 1, long: 20 },
  inject: async (stage) => {
    for (const crew of [stage.crews.enrich, stage.crews.correlate]) {
      for (const member of [...crew.members]) await crew.restart(member);
    }
  },
};
