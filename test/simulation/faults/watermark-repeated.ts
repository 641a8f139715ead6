import type { FaultKind } from "../faults.ts";

/** An old watermark record comes once more, behind later ones. */
export const watermarkRepeated: FaultKind = {
  kind: "watermark-repeated",
  draw: (draw) => ({ partition: draw.below(4), times: draw.below(30) }),
  inject: (stage, { partition = 0, times = 0 }) => {
    const { enriched } = stage.config.topics;
    const log = stage.broker.partition(enriched, partition);
    const old = log
      .slice(log.low, log.high, Number.POSITIVE_INFINITY)
      .filter(({ headers }) => headers["corral-control"] === "watermark");
    const again = old[times % Math.max(1, old.length)];
    if (again === undefined) return;
    stage.landed("watermark-repeated", `${old.length - (times % old.length)} old`);
    stage.broker.append([{ topic: enriched, partition, key: null, value: null, headers: again.headers }]);
  },
};
