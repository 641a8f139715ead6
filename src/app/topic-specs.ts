/** The topics Corral reads and writes, as `corral topics create` makes them. */
import type { Config } from "../config/settings.ts";
import type { TopicSpec } from "../transport/log.ts";
import { topicNames } from "./ports.ts";

export interface TopicOptions {
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Longest window of the rules, milliseconds. */
  readonly longestWindow: number;
}

const hour = 3_600_000;
/** Taken for the longest window while there are no rules yet, as where they will come from a topic. */
export const presumedWindow = 7 * 24 * hour;
/** An outage that the enriched topic bridges. */
const toleratedOutage = 7 * 24 * hour;

export function topicSpecs(
  config: Config,
  { partitions, replicationFactor, longestWindow }: TopicOptions,
): readonly TopicSpec[] {
  const names = topicNames(config);
  const spec = (topic: string, settings: Readonly<Record<string, string>>): TopicSpec => ({
    topic,
    partitions,
    replicationFactor,
    config: settings,
  });
  return [
    // The broker's time is what a timestamp out of all bounds is replaced by.
    spec(names.raw, { "message.timestamp.type": "LogAppendTime" }),
    // Refuses compressed batches: our own producers send none, and none can open to more than it weighs.
    spec(names.enriched, {
      "message.timestamp.type": "LogAppendTime",
      "compression.type": "uncompressed",
      "retention.ms": String(longestWindow + toleratedOutage),
    }),
    spec(names.alerts, { "retention.ms": String(30 * 24 * hour) }),
    spec(names.actions, { "retention.ms": String(7 * 24 * hour) }),
    { ...spec(names.deadLetter, { "retention.ms": String(30 * 24 * hour) }), partitions: 1 },
    // One order for all rules: a set is whole when all of it was read.
    { ...spec(names.rules, { "cleanup.policy": "compact" }), partitions: 1 },
    // Every enricher reads them whole, so partitions would share out nothing.
    ...[names.inventory, names.sessions, names.indicators].map((name) => ({
      ...spec(name, { "cleanup.policy": "compact" }),
      partitions: 1,
    })),
  ];
}
