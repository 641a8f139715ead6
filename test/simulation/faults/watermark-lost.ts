import type { FaultKind } from "../faults.ts";

/** Watermark records of one partition are acknowledged and gone. */
export const watermarkLost: FaultKind = {
  kind: "watermark-lost",
  draw: (draw) => ({ partition: draw.below(4), times: 1 + draw.below(4) }),
  inject: (stage, { partition: only = 0, times = 1 }) => {
    let left = times;
    stage.broker.filter = ({ headers }, partition) => {
      if (left === 0 || partition !== only || headers?.["corral-control"] !== "watermark") return true;
      left -= 1;
      stage.landed("watermark-lost", "log.send");
      return false;
    };
  },
};
