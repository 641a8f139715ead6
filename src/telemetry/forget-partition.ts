import type { Metrics } from "./metrics.ts";

/**
 * Takes back what the gauges say of a partition that is no longer ours. Its new owner reports it; our last value would
 * stand beside it for ever, as lag that nobody has.
 */
export function forgetPartition(metrics: Metrics, topic: string, partition: number): void {
  metrics.consumerLag.remove({ topic, partition });
  for (const gauge of [
    metrics.watermarkDelay,
    metrics.openCorrelations,
    metrics.liveGroups,
    metrics.outboxDepth,
  ]) {
    gauge.remove({ partition });
  }
}
