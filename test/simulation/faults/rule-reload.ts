import type { FaultKind } from "../faults.ts";

/** Processes take up changed rules, one after the other: words of some change, others come and go. */
export const ruleReload: FaultKind = {
  kind: "rule-reload",
  draw: (draw) => ({ times: draw.below(4), ms: draw.below(20_000) }),
  inject: (stage, { times = 0, ms = 0 }) => {
    stage.landed("rule-reload", `variant ${times}`);
    stage.reload(times, ms);
  },
};
