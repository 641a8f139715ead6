/** What the workers and loops tell, as metrics and log lines. The one place where the two meet. */
import type { Clock } from "../clock.ts";
import type { Config } from "../config/settings.ts";
import { messageOf, TransientError } from "../errors.ts";
import { forgetPartition } from "../telemetry/forget-partition.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { ConsumeObserver } from "../transport/consume-observer.ts";
import type { CorrelateObserver } from "./correlate-context.ts";
import type { EnrichObserver } from "./enrich-observer.ts";

export function enrichObserver(metrics: Metrics, logger: Logger): EnrichObserver {
  return {
    events: (source, count) => metrics.sourceEvents.inc({ source: source.split(":", 1)[0]! }, count),
    forwarded: (kind, count) => metrics.forwarded.inc({ kind }, count),
    withheld: (count) => metrics.unroutable.inc(count),
    dead: (reason) => metrics.deadLetters.inc({ stage: "enrich", reason }),
    refusedChange: (key, reason) => logger.warn({ key, reason }, "entry of a table not written"),
  };
}

export function correlateObserver(
  config: Config,
  metrics: Metrics,
  logger: Logger,
  clock: Clock,
): CorrelateObserver {
  const cached = new Map<number, number>();
  return {
    claimed: (partition, resent) => {
      if (resent > 0) logger.info({ partition, resent }, "outbox sent again");
    },
    applied: (partition, summary) => {
      const label = { partition: String(partition) };
      metrics.applyDuration.observe(summary.durationMs / 1000);
      metrics.judgedEvents.inc(label, summary.judged);
      metrics.lateEvents.inc(label, summary.late);
      metrics.openCorrelations.set(label, summary.open);
      metrics.liveGroups.set(label, summary.groups);
      cached.set(partition, summary.bytes);
      metrics.stateCacheBytes.set([...cached.values()].reduce((sum, bytes) => sum + bytes, 0));
      metrics.outboxDepth.set(label, summary.emitted);
      if (Number.isFinite(summary.time)) {
        metrics.watermarkDelay.set(label, (clock.now() - summary.time + config.allowedLatenessMs) / 1000);
      }
    },
    emitted: (emission) => {
      if (emission.kind === "alert") {
        const { rule, shadow, status } = emission.record;
        metrics.alerts.inc({ rule: shadow ? `${rule.id}@shadow` : rule.id, status });
      } else if (emission.kind === "chain") metrics.forwarded.inc({ kind: "chain" });
      else metrics.actions.inc({ type: emission.record.type, mode: emission.record.mode });
    },
    dead: (reason) => metrics.deadLetters.inc({ stage: "correlate", reason }),
    duplicate: () => metrics.duplicates.inc(),
    shed: (rule) => metrics.groupsShed.inc({ rule }),
    muted: (rule) => metrics.alertsMuted.inc({ rule }),
    recreated: (partition, rawPartition) =>
      logger.warn({ partition, rawPartition }, "the raw topic began anew; its records are taken as new ones"),
    gap: (partition, from, to) =>
      logger.error({ partition, from, to }, "records are missing from the enriched topic"),
    rebuilding: (partition, from, until) =>
      logger.error({ partition, from, until }, "the state was lost; rebuilding it from the log"),
  };
}

export function loopObserver(
  role: "enrich" | "correlate",
  topic: string,
  metrics: Metrics,
  logger: Logger,
  onLost: (partitions: readonly number[]) => void = () => {},
): ConsumeObserver {
  return {
    assigned: (owned, added, lost) => {
      metrics.rebalances.inc({ role });
      logger.info({ role, owned, added, lost }, "partitions assigned");
      for (const partition of lost) forgetPartition(metrics, topic, partition);
      onLost(lost);
    },
    claimed: (partition, offset) => logger.debug({ role, partition, offset }, "partition taken over"),
    batch: (partition, records, position, end) => {
      const label = { role, partition: String(partition) };
      metrics.batches.inc({ role });
      metrics.recordsRead.inc(label, records);
      metrics.recordsProcessed.inc(label, records);
      metrics.consumerLag.set({ topic, partition: String(partition) }, Math.max(0, end - position));
    },
    retry: (partition, error, delayMs) => {
      metrics.retries.inc({ operation: role });
      const fields = { role, partition, delay_ms: Math.round(delayMs) };
      if (error instanceof TransientError)
        logger.warn({ ...fields, reason: messageOf(error) }, "tried again later");
      else logger.error({ ...fields, err: error }, "unexpected error; tried again later");
    },
    quarantined: (partition, offset, error) =>
      logger.error({ role, partition, offset, err: error }, "a record that cannot be processed is set aside"),
    claimLost: (partition, code) => {
      metrics.applyRefused.inc({ code });
      logger.warn({ role, partition, code }, "claim lost; claiming again");
    },
    gap: (partition, from, to) =>
      logger.error({ role, partition, from, to }, "the log no longer has these offsets"),
    commitRefused: (partitions) => logger.debug({ role, partitions }, "commit refused"),
    publishFailed: (error) => logger.warn({ role, reason: messageOf(error) }, "watermarks not written"),
  };
}
