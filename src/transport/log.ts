/**
 * The log port: an append-only, partitioned log with consumer groups. Kafka is one backend, memory the other.
 *
 * A record may be delivered again after a crash or a rebalance, never silently skipped: what a reader must know is in
 * `offset`. Order is kept within a partition only.
 */

export interface LogRecord {
  readonly topic: string;
  readonly partition: number;
  /** Safe integer. */
  readonly offset: number;
  /** The broker's append time (or the producer's, where the topic says so), epoch milliseconds. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** UTF-8 text; of a repeated header the last. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface OutgoingRecord {
  readonly topic: string;
  /** Absent: chosen by `partitionFor` over the topic's current partitions, or round-robin without a key. */
  readonly partition?: number;
  readonly key: string | Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Producer {
  /**
   * Resolves once all records are acknowledged by all in-sync replicas, in this order within a partition. Calls may
   * overlap: they queue, one request is in flight at a time, what waits goes out together. While the log is away it
   * keeps trying; it rejects with TransientError only when closed before that. A cut-off reply may double records.
   * Rejects with InvalidMessage (`too-large`) when one record alone is larger than the log takes: trying again is vain.
   */
  send(records: readonly OutgoingRecord[]): Promise<void>;
  /** Records accepted by `send` and not yet acknowledged. */
  pending(): number;
  /** Waits for what was sent, at most `timeoutMs` (default 10 s); then rejects what is left. */
  close(timeoutMs?: number): Promise<void>;
}

export interface Batch {
  readonly partition: number;
  /** In order of offset, at least one. */
  readonly records: readonly LogRecord[];
  /** The offset that the next record appended to the partition will get, as known when this was fetched. */
  readonly end: number;
  /**
   * Reading began at this offset, or went on from it without a break: what is missing between it and the first record
   * was compacted or is invisible (transaction markers), not lost. Absent where the backend cannot tell.
   */
  readonly from?: number;
}

export interface MemberHandlers {
  /**
   * A (re)join is done: exactly these partitions are ours now. Called before any batch of this assignment. A member
   * that had been expelled is told so by an empty assignment first: somebody else may have owned the partitions.
   */
  assigned(partitions: readonly number[]): void;
  /** A rebalance has begun: work under way should come to an end; another `assigned` follows. */
  revoked(): void;
  /**
   * One batch of one partition; different partitions may overlap. Reading goes on behind the batch when it resolves,
   * unless `seek` was called meanwhile. Must not reject. `heartbeat` keeps the membership alive in long work; it
   * rejects when the group has moved on.
   */
  batch(batch: Batch, heartbeat: () => Promise<void>): Promise<void>;
}

export interface GroupMember {
  /** Joins; resolves when the join has begun. Rejoins by itself after errors, until `stop`. */
  start(handlers: MemberHandlers): Promise<void>;
  /** The next batch of an assigned partition starts at this offset. */
  seek(partition: number, offset: number): void;
  /** No batch of the partition until `resume`, across rebalances; one under way goes on. */
  pause(partition: number): void;
  resume(partition: number): void;
  /** True when the group accepted it; false when refused (a rebalance, a newer owner) or unreachable. Never rejects. */
  commit(offsets: ReadonlyMap<number, number>): Promise<boolean>;
  /** Offsets committed by the group; partitions without one are absent. Throws TransientError. */
  committed(): Promise<ReadonlyMap<number, number>>;
  /** Leaves the group after the batches under way have ended. */
  stop(): Promise<void>;
}

export interface MemberOptions {
  readonly group: string;
  readonly topic: string;
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  /** Upper bound of bytes fetched ahead, per partition. */
  readonly maxBytesPerPartition: number;
  /** Partitions processed side by side. */
  readonly concurrency: number;
}

export interface PartitionBounds {
  /** First offset still there. */
  readonly low: number;
  /** Offset that the next record will get. */
  readonly high: number;
}

export interface TopicSpec {
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly config: Readonly<Record<string, string>>;
}

export interface TopicStatus {
  readonly topic: string;
  /** 0: the topic does not exist. */
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
}

/** One thing that a reader or writer must be allowed to do; operation and resource in Kafka's own words. */
export interface Right {
  readonly operation: "Read" | "Write" | "Create" | "Describe" | "DescribeConfigs";
  readonly resource: "Topic" | "Group";
  readonly name: string;
}

export interface Log {
  producer(): Producer;
  member(options: MemberOptions): GroupMember;
  /** Number of partitions; 0: no such topic. Throws TransientError when the log is away. */
  partitions(topic: string): Promise<number>;
  /** Bounds of every partition, by partition. Throws TransientError. */
  bounds(topic: string): Promise<ReadonlyMap<number, PartitionBounds>>;
  /** Reads [from, to) of a partition outside of any group, in order. */
  read(topic: string, partition: number, from: number, to: number): AsyncIterable<readonly LogRecord[]>;
  /** Makes the topics that are missing; returns the names it made. Existing ones are left as they are. */
  createTopics(specs: readonly TopicSpec[]): Promise<readonly string[]>;
  describe(topics: readonly string[]): Promise<readonly TopicStatus[]>;
  /** Those of the rights that the log denies us. What it does not tell of counts as given. Throws TransientError. */
  denied(rights: readonly Right[]): Promise<readonly Right[]>;
  /** Resolves when a broker answers, within `timeoutMs`; rejects with TransientError else. */
  ping(timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}

/** The partition of a key: murmur2 of its UTF-8 bytes, positive, modulo `partitions`: what Kafka's own clients do. */
export type Partitioner = (key: string | Buffer, partitions: number) => number;
