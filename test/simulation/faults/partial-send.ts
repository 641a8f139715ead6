import { type FaultKind, victimOf } from "../faults.ts";

/** Of a request to the log only some partitions are written before it fails; it is sent again, whole. */
export const partialSend: FaultKind = {
  kind: "partial-send",
  draw: (draw) => ({
    role: draw.chance(0.5) ? "correlate" : "enrich",
    replica: draw.below(3),
    times: 1 + draw.below(3),
  }),
  inject: (stage, fault) => {
    const victim = victimOf(stage, fault);
    if (victim === undefined) return;
    stage.landed("partial-send", `${victim.role}: log.send`);
    stage.arm({ process: victim.process, kinds: ["log.send"], fate: "partial", left: fault.times ?? 1 });
  },
};
