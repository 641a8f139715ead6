import type { ClaimLost } from "../errors.ts";

/** What a consume loop tells its surroundings, for logs and metrics. No call may throw. */
export interface ConsumeObserver {
  /** All partitions owned now, and those that came and went. */
  assigned?(owned: readonly number[], added: readonly number[], lost: readonly number[]): void;
  revoked?(): void;
  claimed?(partition: number, offset: number): void;
  /** `records` were handed to the worker and took `durationMs`; `end` is the partition's end as known then. */
  batch?(partition: number, records: number, position: number, end: number, durationMs: number): void;
  /** The same work is tried again after `delayMs`. What is no TransientError is a defect of the program. */
  retry?(partition: number, error: unknown, delayMs: number): void;
  /** The record failed alone, again: it is set aside. */
  quarantined?(partition: number, offset: number, error: unknown): void;
  claimLost?(partition: number, code: ClaimLost["code"]): void;
  /** The log no longer has [from, to). */
  gap?(partition: number, from: number, to: number): void;
  committed?(offsets: ReadonlyMap<number, number>): void;
  commitRefused?(partitions: readonly number[]): void;
  /** `onCommitted` failed; the next round calls it again. */
  publishFailed?(error: unknown): void;
}
