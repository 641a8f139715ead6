/** The correlate role: enriched topic → alerts and actions, with the state in the store. */
import { randomUUID } from "node:crypto";
import { groupName } from "../config/group-name.ts";
import type { Config } from "../config/settings.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { ConsumeLoop } from "../transport/consume-loop.ts";
import type { Checkpoint } from "../transport/partition-worker.ts";
import { CorrelateWorker } from "./correlate-worker.ts";
import { deadLetterGate } from "./dead-letter-gate.ts";
import { judgeSettings } from "./judge-settings.ts";
import { findLostState } from "./lost-state.ts";
import { correlateObserver, loopObserver } from "./observers.ts";
import { type Ports, topicNames } from "./ports.ts";
import { memberOptions, type Role } from "./role.ts";
import { firstOffset } from "./start-offset.ts";

export interface CorrelateRoleOptions {
  readonly config: Config;
  readonly ports: Ports;
  /** The rules of now. */
  readonly rules: () => RuleSet;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** The recorded number of partitions of the enriched topic. */
  readonly enrichedPartitions: number;
}

export function correlateRole(options: CorrelateRoleOptions): Role {
  const { config, ports, rules, metrics, logger, enrichedPartitions } = options;
  const topics = topicNames(config);
  const producer = ports.log.producer();
  const processId = randomUUID();
  const observe = correlateObserver(config, metrics, logger, ports.clock);

  const gate = deadLetterGate("correlate", config, ports.clock, metrics);

  const loop: ConsumeLoop<Checkpoint> = new ConsumeLoop({
    log: ports.log,
    memberOptions: memberOptions(config, groupName(config, "correlate"), topics.enriched),
    clock: ports.clock,
    commitIntervalMs: config.commitIntervalMs,
    workerFor: (partition) =>
      new CorrelateWorker(partition, {
        state: ports.store.partition(partition),
        topics,
        rules,
        judge: judgeSettings(config),
        actions: { mode: config.actions.mode, ttl: config.actions.ttlMs },
        decode: ports.codecs.enriched.decode,
        partitionOf: (key) => ports.partitionFor(key, enrichedPartitions),
        partitions: enrichedPartitions,
        targets: {
          alerts: topics.alerts,
          actions: topics.actions,
          encodeAlert: ports.codecs.alert.encode,
          encodeAction: ports.codecs.action.encode,
          enriched: topics.enriched,
          encodeEvent: ports.codecs.enriched.encode,
          partitionOf: (key) => ports.partitionFor(key, enrichedPartitions),
        },
        producer,
        clock: ports.clock,
        maxRecords: config.batch.maxRecords,
        applyWithinMs: config.commitIntervalMs,
        maxGroups: Math.ceil(config.state.maxGroups / enrichedPartitions),
        cacheEntries: Math.ceil(config.state.cacheEntries / enrichedPartitions),
        processId,
        beginning: async (_partition, until) => {
          const committed = until ?? (await loop.committed()).get(partition);
          const first = await firstOffset(ports.log, topics.enriched, partition);
          if (committed === undefined || committed <= first) return first;
          return findLostState(partition, committed, {
            log: ports.log,
            topics,
            rules: rules(),
            judge: judgeSettings(config),
            partitions: enrichedPartitions,
            decodeAlert: ports.codecs.alert.decode,
          });
        },
        gate,
        observe,
      }),
    observer: loopObserver("correlate", topics.enriched, metrics, logger),
  });

  return {
    name: "correlate",
    start: () => loop.start(),
    stop: async (deadlineMs) => {
      const until = ports.clock.monotonic() + deadlineMs;
      await loop.stop(deadlineMs);
      await producer.close(Math.max(0, until - ports.clock.monotonic()));
    },
    ready: () => loop.ready,
    partitions: () => loop.owned(),
  };
}
