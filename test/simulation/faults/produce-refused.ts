import type { FaultKind } from "../faults.ts";

/** The log takes no records for a while, though it answers everything else: too few replicas are in sync. */
export const produceRefused: FaultKind = {
  kind: "produce-refused",
  draw: (draw) => ({ ms: 2_000 + draw.below(60_000) }),
  inject: (stage, { ms = 0 }) => {
    stage.landed("produce-refused", "all");
    stage.takeAway("produce", ms);
  },
};
