import { drawVictim, type FaultKind, victimOf } from "../faults.ts";

/** A process stands still, mostly for longer than its session, and goes on later as if nothing had been: a zombie. */
export const freeze: FaultKind = {
  kind: "freeze",
  draw: (draw) => ({
    ...drawVictim(draw),
    ms: draw.pick([20_000, 90_000, 90_000, 150_000]) + draw.below(10_000),
  }),
  inject: (stage, fault) => {
    const victim = victimOf(stage, fault);
    if (victim === undefined || victim.process.state !== "running") return;
    stage.landed("freeze", `${victim.role}: ${victim.process.waitingFor}`);
    stage.excused.add(victim.process);
    victim.process.freeze();
    stage.world.after(fault.ms ?? 0, () => victim.process.thaw());
  },
};
