import type { FaultKind } from "../faults.ts";

/** The store answers nobody for a while, then goes on as it was. */
export const storeAway: FaultKind = {
  kind: "store-away",
  draw: (draw) => ({ ms: 2_000 + draw.below(90_000) }),
  inject: (stage, { ms = 0 }) => {
    stage.landed("store-away", "all");
    stage.takeAway("store", ms);
  },
};
