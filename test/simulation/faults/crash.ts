import { drawVictim, type FaultKind, victimOf } from "../faults.ts";

/** A process is gone at once; another takes its place after a while, and the group waits for its session to end. */
export const crash: FaultKind = {
  kind: "crash",
  draw: (draw) => ({ ...drawVictim(draw), ms: draw.below(40_000) }),
  inject: (stage, fault) => {
    const victim = victimOf(stage, fault);
    if (victim === undefined) return;
    stage.landed("crash", `${victim.role}: ${victim.process.waitingFor}`);
    victim.process.kill();
    stage.world.after(fault.ms ?? 0, () => void stage.start(victim.role));
  },
};
