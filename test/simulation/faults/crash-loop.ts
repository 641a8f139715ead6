import { drawVictim, type FaultKind, victimOf } from "../faults.ts";
import type { RoleName } from "../scenario.ts";
import type { Stage } from "../stage.ts";

/** A process is gone, and each that takes its place soon after. */
export const crashLoop: FaultKind = {
  kind: "crash-loop",
  draw: (draw) => ({ ...drawVictim(draw), times: 2 + draw.below(4), ms: 200 + draw.below(8_000) }),
  inject: (stage, fault) => {
    const victim = victimOf(stage, fault);
    if (victim === undefined) return;
    stage.landed("crash-loop", `${victim.role}: ${victim.process.waitingFor}`);
    victim.process.kill();
    again(stage, victim.role, fault.ms ?? 1_000, fault.times ?? 2);
  },
};

function again(stage: Stage, role: RoleName, ms: number, times: number): void {
  const { process } = stage.start(role);
  if (times <= 1) return;
  stage.world.after(ms, () => {
    if (process.state === "dead") return;
    stage.landed("crash-loop", `${role}: ${process.waitingFor}`);
    process.kill();
    again(stage, role, ms, times - 1);
  });
}
