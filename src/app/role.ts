/** What one process can do: a role reads one topic under one consumer group until it is stopped. */
import type { Config } from "../config/settings.ts";
import type { MemberOptions } from "../transport/log.ts";

export interface Role {
  readonly name: "enrich" | "correlate";
  start(): Promise<void>;
  /** Ends what is under way, within the deadline, and leaves the group. */
  stop(deadlineMs: number): Promise<void>;
  /** The group is joined and every partition taken over. */
  ready(): boolean;
  partitions(): readonly number[];
  /** What it is loading, or has loaded, for people; absent: it needs no tables. */
  tables?(): string;
}

const maxBytesPerPartition = 1024 * 1024;
/** Side by side in one process: enough to overlap waiting, few enough to bound memory. */
const concurrency = 8;

export function memberOptions(config: Config, group: string, topic: string): MemberOptions {
  return {
    group,
    topic,
    sessionTimeoutMs: config.sessionTimeoutMs,
    heartbeatIntervalMs: config.heartbeatIntervalMs,
    maxBytesPerPartition,
    concurrency,
  };
}
