import { type FaultKind, victimOf } from "../faults.ts";

/** What was asked is done, and the answer does not come: of the store, or of the log after a produce or a commit. */
export const lostReply: FaultKind = {
  kind: "lost-reply",
  draw: (draw) => {
    const role = draw.chance(0.7) ? "correlate" : "enrich";
    const on = draw.pick(
      role === "correlate"
        ? (["store.apply", "store.apply", "store.claim", "log.send", "log.commit"] as const)
        : (["log.send", "log.commit"] as const),
    );
    return { role, replica: draw.below(3), on, phase: "sent", times: 1 + draw.below(3) };
  },
  inject: (stage, fault) => {
    const victim = victimOf(stage, fault);
    if (victim === undefined || fault.on === undefined) return;
    stage.landed("lost-reply", `${victim.role}: ${fault.on}`);
    stage.arm({ process: victim.process, kinds: [fault.on], fate: "lost-reply", left: fault.times ?? 1 });
  },
};
