/** The enrich role: raw topic → enriched topic, under the consumer group of the enrichers. */

import { groupName } from "../config/group-name.ts";
import type { Config } from "../config/settings.ts";
import type { JsonValue } from "../events/security-event.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import { type ReadRecord, recordReader } from "../sources/read-record.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { ConsumeLoop } from "../transport/consume-loop.ts";
import { Alignment } from "./alignment.ts";
import { deadLetterGate } from "./dead-letter-gate.ts";
import { type EnrichCheckpoint, EnrichWorker } from "./enrich-worker.ts";
import { enrichmentOf } from "./enrichment-of.ts";
import { EnrichmentTables } from "./enrichment-tables.ts";
import { findingRecord } from "./finding-record.ts";
import { enrichObserver, loopObserver } from "./observers.ts";
import { type Ports, topicNames } from "./ports.ts";
import { memberOptions, type Role } from "./role.ts";
import { firstOffset } from "./start-offset.ts";
import { WatermarkWriter } from "./watermark-writer.ts";

export interface EnrichRoleOptions {
  readonly config: Config;
  readonly ports: Ports;
  /** The rules of now. */
  readonly rules: () => RuleSet;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** The recorded number of partitions of the enriched topic. */
  readonly enrichedPartitions: number;
  /** Default: by the mappings of the configuration, which it takes some time to read. */
  readonly readRecord?: ReadRecord;
}

export function enrichRole(options: EnrichRoleOptions): Role {
  const { config, ports, rules, metrics, logger, enrichedPartitions } = options;
  const topics = topicNames(config);
  const producer = ports.log.producer();
  const workers = new Map<number, EnrichWorker>();
  const alignment = new Alignment(config.maxSkewMs);
  const watermarks = new WatermarkWriter({
    log: ports.log,
    producer,
    topics,
    enrichedPartitions,
    clock: ports.clock,
    idleTimeoutMs: config.idleTimeoutMs,
    maxHoldbackMs: config.maxHoldbackMs,
  });
  const observe = enrichObserver(metrics, logger);
  const tables = new EnrichmentTables({ config, ports, producer, metrics, logger });
  const chain = enrichmentOf(config, tables.tables, (name) => tables.fresh(name));
  let stopped = false;
  const readRecord = options.readRecord ?? recordReader(config.mappings);
  const gate = deadLetterGate("enrich", config, ports.clock, metrics);

  const loop: ConsumeLoop<EnrichCheckpoint> = new ConsumeLoop({
    log: ports.log,
    memberOptions: memberOptions(config, groupName(config, "enrich"), topics.raw),
    clock: ports.clock,
    commitIntervalMs: config.commitIntervalMs,
    workerFor: (partition) => {
      const worker = new EnrichWorker(partition, {
        topics,
        rules,
        chain,
        changeRecord: (change) => tables.recordOf(change),
        readRecord,
        readAvro: (value) => ports.codecs.event.decode(value) as JsonValue | Promise<JsonValue>,
        encode: ports.codecs.enriched.encode,
        partitionOf: (key) => ports.partitionFor(key, enrichedPartitions),
        partitions: enrichedPartitions,
        producer,
        maxRecords: config.batch.maxRecords,
        forward: config.enriched.forward,
        report: (finding) => findingRecord(finding, topics.alerts, ports.codecs.alert.encode),
        gate,
        clock: ports.clock,
        startOffset: async (raw) =>
          (await loop.committed()).get(raw) ?? firstOffset(ports.log, topics.raw, raw),
        observe,
      });
      workers.set(partition, worker);
      return worker;
    },
    onCommitted: async (checkpoints) => {
      await watermarks.write(checkpoints);
      align();
    },
    observer: loopObserver("enrich", topics.raw, metrics, logger, (lost) => {
      for (const partition of lost) {
        workers.delete(partition);
        waiting.delete(partition);
      }
    }),
  });

  const waiting = new Set<number>();
  function align(): void {
    const ahead = alignment.waiting([...workers.values()].map((worker) => worker.alignmentState()));
    for (const partition of ahead) {
      if (waiting.has(partition)) continue;
      waiting.add(partition);
      loop.pause(partition);
    }
    for (const partition of waiting) {
      if (ahead.has(partition)) continue;
      waiting.delete(partition);
      loop.resume(partition);
    }
  }

  return {
    name: "enrich",
    start: async () => {
      await tables.load();
      if (stopped) return;
      tables.follow();
      await loop.start();
    },
    stop: async (deadlineMs) => {
      stopped = true;
      tables.stop();
      const until = ports.clock.monotonic() + deadlineMs;
      await loop.stop(deadlineMs);
      await producer.close(Math.max(0, until - ports.clock.monotonic()));
    },
    ready: () => loop.ready,
    partitions: () => loop.owned(),
    tables: () => tables.detail(),
  };
}
