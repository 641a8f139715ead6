import type { LogRecord } from "./log.ts";

/** How far a partition is done. Roles add to it what must be published once the group has accepted `offset`. */
export interface Checkpoint {
  /** Next offset to read after everything that is durable and acknowledged. */
  readonly offset: number;
}

/** What a role does with one partition that it owns. The consume loop never calls two of its methods at once,
 * except `position`, `checkpoint` and `release`, which answer at once. */
export interface PartitionWorker<C extends Checkpoint> {
  /** Takes the partition over; returns the offset to read from. Throws TransientError (tried again). */
  claim(): Promise<number>;
  /**
   * Processes records, in order, starting at `position()`; offsets may have holes. When it resolves or throws,
   * `position()` tells how far it is done; what lies behind is delivered again.
   * @throws {ClaimLost} the state has another owner or another offset: `claim` is called again.
   * @throws {TransientError} tried again after a delay.
   */
  process(records: readonly LogRecord[], end: number): Promise<void>;
  /** The next offset wanted. */
  position(): number;
  /** What may be committed now: everything before it is durable and acknowledged. */
  checkpoint(): C;
  /**
   * The log goes on at `to`: what lay in [from, to) is lost. `to` below `from`: the log was made anew. When it
   * resolves, `position()` is `to`.
   */
  gap(from: number, to: number): Promise<void>;
  /**
   * Processing this record failed again, by itself, with what is a defect and no outage: it is set aside, with its
   * reason, and the partition goes on. When it resolves, `position()` is behind it, or, where a claim has gone back, where
   * that is: nothing was set aside then.
   */
  quarantine(record: LogRecord, error: unknown): Promise<void>;
  /** The partition is no longer ours; must be quick and must not write. `process` may be under way. */
  release(): void;
  /**
   * Before commits: resolves when what was processed is durable and acknowledged, as far as it had been put off. Throws
   * as `process` does.
   */
  drain?(): Promise<void>;
}
