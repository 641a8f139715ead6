import type { FaultKind } from "../faults.ts";

/** Another server takes the store's place that lacks the last writes. */
export const storeFailover: FaultKind = {
  kind: "store-failover",
  draw: (draw) => ({
    ms: draw.below(15_000),
    role: "correlate",
    on: "store.apply",
    phase: draw.pick(["sent", "done"]),
  }),
  inject: (stage, { ms = 0, phase }) => {
    const snapshot = stage.snapshotFrom(ms);
    if (snapshot === undefined) return;
    stage.landed("store-failover", `apply ${phase}`);
    stage.restoreStore(snapshot);
  },
};
