import type { FaultKind } from "../faults.ts";

/** The store has lost everything. */
export const storeEmptied: FaultKind = {
  kind: "store-emptied",
  draw: (draw) => ({ role: "correlate", on: "store.apply", phase: draw.pick(["sent", "done"]) }),
  inject: (stage, { phase }) => {
    stage.landed("store-emptied", `apply ${phase}`);
    stage.restoreStore();
  },
};
