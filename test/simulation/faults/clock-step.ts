import { type FaultKind, victimOf } from "../faults.ts";

/** The wall clock of one process jumps, by less than the time after which a quiet partition follows it. */
export const clockStep: FaultKind = {
  kind: "clock-step",
  draw: (draw) => ({
    role: draw.chance(0.7) ? "enrich" : "correlate",
    replica: draw.below(3),
    ms: draw.below(40_000) - 20_000,
  }),
  inject: (stage, fault) => {
    const victim = victimOf(stage, fault);
    if (victim === undefined) return;
    stage.landed("clock-step", `${victim.role} ${(fault.ms ?? 0) < 0 ? "back" : "ahead"}`);
    victim.process.clockOffset = fault.ms ?? 0;
  },
};
