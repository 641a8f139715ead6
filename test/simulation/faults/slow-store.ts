import type { FaultKind } from "../faults.ts";

/** Every call to the store takes long, up to a good part of a session. */
export const slowStore: FaultKind = {
  kind: "slow-store",
  draw: (draw) => ({ ms: 30_000 + draw.below(90_000), times: draw.pick([50, 1_000, 6_000]) }),
  inject: (stage, { ms = 0, times = 50 }) => {
    stage.landed("slow-store", `${times} times slower`);
    stage.storeSlowness = times;
    stage.world.after(
      ms,
      () => {
        stage.storeSlowness = 1;
      },
      null,
      false,
    );
  },
};
