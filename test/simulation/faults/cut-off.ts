import { drawVictim, type FaultKind, victimOf } from "../faults.ts";

/** One process no longer reaches the log, or the store, while all others do. */
export const cutOff: FaultKind = {
  kind: "cut-off",
  draw: (draw) => ({ ...drawVictim(draw), ms: 5_000 + draw.below(100_000), times: draw.below(2) }),
  inject: (stage, fault) => {
    const victim = victimOf(stage, fault);
    if (victim === undefined) return;
    const server = fault.times === 0 && victim.role === "correlate" ? "store" : "log";
    stage.landed("cut-off", `${victim.role} from the ${server}: ${victim.process.waitingFor}`);
    stage.takeAway(server, fault.ms ?? 0, victim.process);
  },
};
