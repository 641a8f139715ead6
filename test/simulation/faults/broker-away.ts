import type { FaultKind } from "../faults.ts";

/** The log answers nobody for a while, then goes on as it was. */
export const brokerAway: FaultKind = {
  kind: "broker-away",
  draw: (draw) => ({ ms: 2_000 + draw.below(90_000) }),
  inject: (stage, { ms = 0 }) => {
    stage.landed("broker-away", "all");
    stage.takeAway("log", ms);
  },
};
