import type { Batch, MemberHandlers, MemberOptions, PartitionBounds } from "../log.ts";
import type { QueuedRecord } from "./send-queue.ts";

/**
 * What moves records to and from Kafka: the part of the log that a client library makes fast or slow. The libraries
 * behind it are interchangeable, also within one group at the same time.
 */
export interface RecordClient {
  /** A connection for one producer, opened when it is first used. */
  sender(): RequestSender;
  /** One life of a member; `paused` is shared with the sessions before and after. */
  session(options: MemberOptions, handlers: MemberHandlers, paused: ReadonlySet<number>): GroupSession;
  /** Ends all that it has opened and opens no more. */
  close(): void;
}

export interface RequestSender {
  /**
   * Resolves when every partition has acknowledged, by all in-sync replicas, the records of one request in their order.
   * When it rejects, their fate is unknown, unless the broker's error says that it will never take them.
   */
  deliver(request: readonly QueuedRecord[]): Promise<void>;
  /** Ends a request in flight, too. Never rejects. */
  close(): Promise<void>;
}

/** A member from its start until it fails or is stopped; it is never started again. */
export interface GroupSession {
  /** Resolves with the error when membership has failed or is refused; may reject when it cannot begin. */
  run(): Promise<Error>;
  /** Leaves the group after the batches under way have ended. */
  stop(): Promise<void>;
  /** Ends at once, without leaving the group. */
  abandon(): void;
  /** `run` is over: tells the handlers that nothing is ours any more. */
  end(): void;
  seek(partition: number, offset: number): void;
  pause(partition: number): void;
  resume(partition: number): void;
  /** True when the group accepted it in the generation in which it was called. Never rejects. */
  commit(offsets: ReadonlyMap<number, number>): Promise<boolean>;
}

/** What a client of records asks the log. All throw TransientError. */
export interface LogQuestions {
  /** Offsets committed by the group; partitions without one are absent. */
  committed(group: string, topic: string): Promise<ReadonlyMap<number, number>>;
  bounds(topic: string): Promise<ReadonlyMap<number, PartitionBounds>>;
  /** The batch of these offsets as one unreadable record, if it is what comes next in the partition behind `position`. */
  standingAt(
    topic: string,
    partition: number,
    position: number,
    batch: OffsetRange,
  ): Promise<Batch | undefined>;
}

export interface OffsetRange {
  readonly firstOffset: number;
  readonly lastOffset: number;
}
