import { drawVictim, type FaultKind, victimOf } from "../faults.ts";

/** A process is told to end, as in a rolling update; another is started beside it or after it. */
export const terminate: FaultKind = {
  kind: "terminate",
  draw: (draw) => ({ ...drawVictim(draw), ms: draw.below(20_000) }),
  inject: (stage, fault) => {
    const victim = victimOf(stage, fault);
    if (victim === undefined) return;
    stage.landed("terminate", `${victim.role}: ${victim.process.waitingFor}`);
    stage.excused.add(victim.process);
    stage.stop(victim);
    stage.world.after(fault.ms ?? 0, () => void stage.start(victim.role));
  },
};
