/**
 * The state port: what one partition of the enriched topic must not forget.
 *
 * All state of a partition changes in one atomic step, `apply`, which also moves the partition's offset. So window and
 * offset can never disagree, whatever crashes in between: a redelivered record lies below the offset and is skipped by
 * the reader, a late or out-of-order event is only another entry with a smaller time. A batch may be applied twice (a
 * client re-sends what was cut off): the second time changes nothing and succeeds.
 */
import type { ClaimLost } from "../errors.ts";

/** `<rule id>@<hash of what decides>:<encoded group>`. Any well-formed text; half a surrogate pair may be replaced. */
export type GroupKey = string;

/** One relevant event inside a window. Immutable. The same content with another `t` is the same entry, moved. */
export interface WindowEntry {
  /** Event time, epoch milliseconds; of an event that lasts, where it begins. */
  readonly t: number;
  /** Where an event that lasts (an alert, read by another rule) has got to; absent: it does not last. */
  readonly until?: number;
  /** Event id, unique within the window. */
  readonly id: string;
  readonly type: string;
  readonly container: string | null;
  /** Raw partition, offset and index of the event; null for events of files. */
  readonly origin: readonly [partition: number, offset: number, index: number] | null;
  /** Per condition of the rule what it keeps of the event; null: not relevant to that condition. */
  readonly marks: readonly Mark[];
}

/** What a condition keeps of an event: 1 (it counts), a number, a text, several texts. */
export type Mark = null | number | string | readonly string[];

/** What a store holds for a (rule, group), read back by `load`. */
export interface StoredGroup {
  /** In order of (t, id). */
  readonly entries: readonly WindowEntry[];
  /** The judge's own record: open episodes, what is decided. JSON text, opaque here. Null: none. */
  readonly open: string | null;
}

/** A time, in the partition's event time, at which a group wants to be looked at. */
export interface Due {
  readonly key: GroupKey;
  readonly at: number;
}

/** How `apply` changes one group. Absolute values, so that applying twice is applying once: first add, then remove, then trim. */
export interface GroupChange {
  readonly key: GroupKey;
  readonly add: readonly WindowEntry[];
  /** Entries that nothing needs any more (compaction inside the window). */
  readonly remove: readonly WindowEntry[];
  /** Entries older than this are dropped (strictly: t < trimBefore). Null: none. */
  readonly trimBefore: number | null;
  readonly open: string | null;
  /** Next time something must be decided (strictly after it). Null: nothing. */
  readonly deadline: number | null;
  /** Time after which the whole window may be dropped. Null: the group is dropped now, with all that it holds. */
  readonly expiry: number | null;
  /** True: the store holds neither a record nor a deadline of the group, and need not look for what a null takes away. */
  readonly isNew?: boolean;
}

/** An alert or action that must reach its topic at least once. */
export interface OutboxRecord {
  /** Rising without gaps within a partition, from 1. */
  readonly seq: number;
  /** Opaque text (JSON). */
  readonly body: string;
}

/** A record of the raw topic already taken up, against transport duplicates. */
export interface SeenRecord {
  readonly rawPartition: number;
  readonly offset: number;
  /** `<index>/<key>` */
  readonly member: string;
}

export interface BatchChange {
  /** The claim this is done under. Only the newest claim that the store knows may write. */
  readonly epoch: number;
  /**
   * Names this very change, one line of text: applied under this token before, it succeeds without doing anything.
   * Stores remember what was applied since the offset last moved; anything older is a CONFLICT, which changes nothing either.
   */
  readonly token: string;
  readonly expectedOffset: number;
  /**
   * The claim found an offset, or has moved it since: a store that holds none has lost what came before (it failed over
   * to a replica that knew the claim only). False: the first change of a partition that the store knew nothing of.
   */
  readonly continues: boolean;
  readonly nextOffset: number;
  /** The partition's own record (watermarks, floors, counters), JSON text, opaque here. */
  readonly meta: string;
  /** At most one per group. */
  readonly groups: readonly GroupChange[];
  readonly outbox: readonly OutboxRecord[];
  /** Outbox records up to and including this seq are acknowledged and are removed. */
  readonly outboxAcked: number;
  readonly seen: readonly SeenRecord[];
  /** Per raw partition: seen records below this offset are forgotten. */
  readonly seenFloor: ReadonlyMap<number, number>;
  /** By window name, how many groups are live after this change, where that number changed. */
  readonly live: ReadonlyMap<string, number>;
}

export interface Claim {
  readonly epoch: number;
  /** Next offset to read; null: the store knows nothing of this partition. */
  readonly offset: number | null;
  /** Last `meta` applied; null: none. */
  readonly meta: string | null;
  /** Not yet acknowledged, in order of seq. */
  readonly outbox: readonly OutboxRecord[];
  readonly seen: readonly SeenRecord[];
  /** Live groups by window name, as last applied and trimmed since. */
  readonly live: ReadonlyMap<string, number>;
}

/**
 * What is asked under an `epoch` is refused like a change under an older one (ClaimLost), so that nobody takes what an
 * emptied store does not say for what there is. Without one anybody may ask.
 */
export interface PartitionState {
  /**
   * Takes the partition over: every older claim is fenced from here on. `offset` null on a store that was emptied.
   * No epoch is issued twice, even when the store forgets what it issued. Works on a full store.
   * Throws TransientError when the store is away.
   */
  claim(): Promise<Claim>;
  /** Groups with a deadline or expiry strictly before `time`, each once with its smallest `at`, at most `limit`, earliest first. */
  due(time: number, limit: number, epoch?: number): Promise<readonly Due[]>;
  /** Groups whose expiry lies strictly after `time`, those that expire first, in order of it (`at`), at most `limit`. */
  expiring(time: number, limit: number, epoch?: number): Promise<readonly Due[]>;
  /** Groups never seen come back with no entries and `open: null`, in the order of `keys`. */
  load(keys: readonly GroupKey[], epoch?: number): Promise<readonly StoredGroup[]>;
  /**
   * All or nothing. Throws ClaimLost `FENCED` under an older epoch, `CONFLICT` when the stored offset is not
   * `expectedOffset` (without one it accepts any, unless the change `continues`) or when the store does not know the claim
   * (emptied, or failed over to a replica that lacks it), TransientError when the store is away or full (the outcome is
   * then unknown: apply the same change again). RangeError for numbers that no store can keep: a defect of the caller.
   */
  apply(change: BatchChange): Promise<void>;
  /**
   * Frees groups whose expiry lies strictly before `time`, at most `limit`, without growing anything: works on a full
   * store. What has something open or a deadline is left to the judge. Returns windows dropped; ClaimLost as in `apply`.
   */
  trim(epoch: number, time: number, limit: number): Promise<number>;
  /** Live groups, those with something open, and records not yet acknowledged; for metrics. */
  size(): Promise<{ readonly groups: number; readonly open: number; readonly outbox: number }>;
}

export interface StateStore {
  /** Finds out whether the server can be trusted with state; each finding says what is wrong and what to do. */
  check(): Promise<readonly StoreFinding[]>;
  partition(partition: number): PartitionState;
  /** Reads the number under `name`, recording `value` first if nothing is there. For facts all replicas must share. */
  recordOnce(name: string, value: number): Promise<number>;
  close(): Promise<void>;
}

export interface StoreFinding {
  readonly level: "error" | "warning";
  readonly message: string;
}

export type ApplyFailure = ClaimLost;
