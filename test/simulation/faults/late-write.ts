import { type FaultKind, victimOf } from "../faults.ts";

/** A write is given up by who sent it, and the store carries it out some time later. */
export const lateWrite: FaultKind = {
  kind: "late-write",
  draw: (draw) => ({
    role: "correlate",
    replica: draw.below(3),
    on: draw.pick(["store.apply", "store.apply", "store.apply", "store.claim"] as const),
    phase: "sent",
    times: 1 + draw.below(2),
  }),
  inject: (stage, fault) => {
    const victim = victimOf(stage, fault);
    if (victim === undefined || fault.on === undefined) return;
    stage.landed("late-write", fault.on);
    stage.arm({ process: victim.process, kinds: [fault.on], fate: "late", left: fault.times ?? 1 });
  },
};
