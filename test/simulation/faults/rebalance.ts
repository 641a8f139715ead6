import type { FaultKind } from "../faults.ts";

/** One more replica joins, and leaves again later. */
export const rebalance: FaultKind = {
  kind: "rebalance",
  draw: (draw) => ({ role: draw.chance(0.7) ? "correlate" : "enrich", ms: 1_000 + draw.below(90_000) }),
  inject: (stage, { role = "correlate", ms = 0 }) => {
    stage.landed("rebalance", `${role} joins`);
    const joined = stage.start(role);
    stage.world.after(ms, () => {
      if (stage.alive(role).length < 2) return;
      stage.landed("rebalance", `${role} leaves: ${joined.process.waitingFor}`);
      stage.stop(joined);
    });
  },
};
