import type { Clock } from "../clock.ts";
import { ClaimLost, TransientError } from "../errors.ts";
import { type BackoffOptions, backoffDelay } from "./backoff.ts";
import type { ConsumeObserver } from "./consume-observer.ts";
import type { Batch, GroupMember, Log, LogRecord } from "./log.ts";
import type { Checkpoint, PartitionWorker } from "./partition-worker.ts";

/** What the runs of one consume loop share. */
export interface RunContext {
  readonly log: Pick<Log, "bounds">;
  readonly topic: string;
  readonly member: GroupMember;
  readonly clock: Clock;
  readonly heartbeatIntervalMs: number;
  readonly backoff: BackoffOptions;
  readonly observer: ConsumeObserver;
  /** False while a rebalance or a stop is under way: batches are left for the next owner. */
  accepting(): boolean;
}

/** A defect that every record meets must not empty the log into the dead letters: beyond, the partition stands still. */
const maxSetAside = 10;

/**
 * One partition from the day it is assigned until it is lost. Reading is paused while the worker claims, waits before
 * a retry, or has lost its claim, so no other partition waits for it; a batch that comes meanwhile is left alone, since
 * reading is resumed with a seek to the worker's position.
 */
export class PartitionRun<C extends Checkpoint> {
  readonly partition: number;
  readonly worker: PartitionWorker<C>;
  readonly #context: RunContext;
  readonly #lost = new AbortController();
  #claimed: boolean = false;
  /** Reading waits for `recover` to end. */
  #recovering: boolean = false;
  /** A batch is under way. */
  #handling: boolean = false;
  /** The claim was lost while nothing was read. */
  #lostInFlush: ClaimLost | null = null;
  /** Paused from outside, by alignment. */
  #held: boolean = false;
  /** Raised by every new assignment that keeps the partition. */
  #joins = 0;
  #failures = 0;
  /** Where a defect of the program stopped us last, and how often there; an outage is none. */
  #defect = { at: -1, times: 0 };
  /** Records set aside since one was last processed. */
  #setAside = 0;
  #conflictAt: number | undefined;
  #tail: Promise<void> = Promise.resolve();

  constructor(partition: number, worker: PartitionWorker<C>, context: RunContext) {
    this.partition = partition;
    this.worker = worker;
    this.#context = context;
  }

  /** Claims the partition at once, even if no record ever comes: an outbox may have to be sent again. */
  take(): void {
    this.#recover(() => this.#claim());
  }

  /** A new assignment in which the partition is still ours: the client reads from somewhere else now. */
  keep(): void {
    this.#joins++;
    if (!this.#recovering) this.#readFrom(this.worker.position());
  }

  release(): void {
    this.#lost.abort();
    this.worker.release();
  }

  hold(held: boolean): void {
    this.#held = held;
    if (held) this.#context.member.pause(this.partition);
    else if (!this.#recovering) this.#context.member.resume(this.partition);
  }

  isClaimed(): boolean {
    return this.#claimed && this.#isOurs();
  }

  /** Resolves when the batch under way has ended and the worker is drained; never rejects. */
  async settle(): Promise<void> {
    await this.#tail;
    if (this.isClaimed()) await this.worker.drain?.().catch(() => {});
  }

  /** Drains the worker, unless it is at work: then it sees to what it puts off. Never rejects. */
  async flush(): Promise<void> {
    if (this.worker.drain === undefined || this.#handling || this.#recovering || !this.isClaimed()) return;
    const flushed = this.#tail.then(() => this.#flush());
    this.#tail = flushed;
    await flushed;
  }

  async #flush(): Promise<void> {
    if (!this.isClaimed() || this.#recovering) return;
    try {
      await this.worker.drain?.();
    } catch (error) {
      if (!this.#isOurs()) return;
      if (error instanceof ClaimLost) {
        // Only who is still in the group may claim again, and only a batch can prove it: the records are there.
        this.#lostInFlush = error;
        this.#readFrom(this.worker.position());
      } else this.#tryAgain(error);
    }
  }

  /** Never rejects. Batches of one partition are handled one after the other, also across assignments. */
  batch(batch: Batch, heartbeat: () => Promise<void>): Promise<void> {
    // Also while it waits for what is under way, which may take long.
    const stopHeartbeats = this.#context.clock.every(this.#context.heartbeatIntervalMs, () => {
      heartbeat().catch(() => {}); // the client notices by itself that the group has moved on
    });
    this.#tail = this.#tail.then(() => this.#handle(batch, heartbeat)).finally(stopHeartbeats);
    return this.#tail;
  }

  async #handle(batch: Batch, heartbeat: () => Promise<void>): Promise<void> {
    if (!this.isClaimed() || this.#recovering || !this.#context.accepting()) return;
    if (this.#lostInFlush !== null) {
      const { code } = this.#lostInFlush;
      this.#lostInFlush = null;
      this.#reclaim(code, heartbeat);
      return;
    }
    const joins = this.#joins;
    this.#handling = true;
    try {
      const records = await this.#wanted(batch);
      if (records.length > 0) await this.#processOrQuarantine(records, batch.end);
      const position = this.worker.position();
      const readOn = batch.records.at(-1)!.offset + 1;
      if (this.#isOurs() && (position !== readOn || joins !== this.#joins)) this.#readFrom(position);
    } catch (error) {
      if (!this.#isOurs()) return;
      if (error instanceof ClaimLost) this.#reclaim(error.code, heartbeat);
      else this.#tryAgain(error);
    } finally {
      this.#handling = false;
    }
  }

  #tryAgain(error: unknown): void {
    if (!(error instanceof TransientError)) this.#noteDefect();
    this.#retry(error);
  }

  /** A batch that has stopped us twice goes record by record, until the one that stops us alone is set aside. */
  async #processOrQuarantine(records: readonly LogRecord[], end: number): Promise<void> {
    let left = records;
    if (this.#defect.at === this.worker.position() && this.#defect.times >= 2) {
      for (const record of records) {
        left = left.slice(1);
        const failed = await this.#failsAlone(record, end);
        // A claim has gone back: all of it is read again from there.
        if (this.worker.position() <= record.offset) return;
        if (failed) break;
      }
      this.#defect = { at: -1, times: 0 };
    }
    const wanted = left.filter(({ offset }) => offset >= this.worker.position());
    if (wanted.length > 0) await this.#process(wanted, end);
  }

  /** Whether it did, and was set aside. */
  async #failsAlone(record: LogRecord, end: number): Promise<boolean> {
    try {
      await this.#process([record], end);
      // What stands before the one that is set aside must not wait for it.
      await this.worker.drain?.();
      return false;
    } catch (error) {
      if (error instanceof TransientError || !this.#isOurs() || this.#setAside >= maxSetAside) throw error;
      this.#setAside += 1;
      this.#context.observer.quarantined?.(this.partition, record.offset, error);
      await this.worker.quarantine(record, error);
      return true;
    }
  }

  #noteDefect(): void {
    const at = this.worker.position();
    this.#defect = { at, times: this.#defect.at === at ? this.#defect.times + 1 : 1 };
  }

  async #process(records: readonly LogRecord[], end: number): Promise<void> {
    const { clock, observer } = this.#context;
    const started = clock.monotonic();
    const before = this.worker.position();
    await this.worker.process(records, end);
    const position = this.worker.position();
    if (position === before) {
      throw new TransientError(`Cannot go on: the worker must move forward: current value is ${position}`);
    }
    this.#failures = 0;
    this.#setAside = 0;
    this.#conflictAt = undefined;
    observer.batch?.(this.partition, records.length, position, end, clock.monotonic() - started);
  }

  /** The records of the batch that the worker has not seen. The client may have been reset silently, either way. */
  async #wanted(batch: Batch): Promise<readonly LogRecord[]> {
    const position = this.worker.position();
    const first = batch.records[0]!.offset;
    const last = batch.records.at(-1)!.offset;
    if (last < position) {
      await this.#leaveUnlessInLog(position);
      return [];
    }
    const sureHole = batch.from !== undefined && batch.from <= position;
    if (first > position && !sureHole) {
      const bounds = await this.#bounds();
      if (bounds && position < bounds.low) await this.#gap(position, first);
    }
    return first >= position ? batch.records : batch.records.filter((record) => record.offset >= position);
  }

  /** Goes to the earliest record where `position` is not in the log. Returns where to read on. */
  async #leaveUnlessInLog(position: number): Promise<number> {
    const bounds = await this.#bounds();
    if (!bounds || (bounds.low <= position && position <= bounds.high)) return position;
    await this.#gap(position, bounds.low);
    return bounds.low;
  }

  async #bounds() {
    return (await this.#context.log.bounds(this.#context.topic)).get(this.partition);
  }

  async #gap(from: number, to: number): Promise<void> {
    this.#context.observer.gap?.(this.partition, from, to);
    await this.worker.gap(from, to);
  }

  #retry(error: unknown): void {
    this.#recover(async () => {
      await this.#delay(this.#failures++, error);
      return this.worker.position();
    });
  }

  /** A stale claimer may have fenced the true owner, so whoever is still in the group claims again. */
  #reclaim(code: ClaimLost["code"], heartbeat: () => Promise<void>): void {
    const position = this.worker.position();
    const again = code === "CONFLICT" && this.#conflictAt === position;
    this.#claimed = false;
    this.#conflictAt = code === "CONFLICT" ? position : undefined;
    this.#context.observer.claimLost?.(this.partition, code);
    this.#recover(async () => {
      await this.#proveMembership(heartbeat);
      const offset = await this.#claim();
      return again && this.#isOurs() ? this.#afterTwoConflicts(offset) : offset;
    });
  }

  /** The state stands where the log is not, or something else keeps them apart: never again at full speed. */
  async #afterTwoConflicts(offset: number): Promise<number> {
    const error = new ClaimLost(
      "CONFLICT",
      `Cannot go on: state and log must agree: current value is ${offset}`,
    );
    await this.#delay(this.#failures++, error);
    return this.#untilDone(() => this.#leaveUnlessInLog(offset));
  }

  async #claim(): Promise<number> {
    const offset = await this.#untilDone(() => this.worker.claim());
    if (!this.#isOurs()) return offset;
    this.#claimed = true;
    this.#context.observer.claimed?.(this.partition, offset);
    return offset;
  }

  /** Resolves after a heartbeat that was sent and answered since now, or with a new assignment that keeps us. */
  async #proveMembership(heartbeat: () => Promise<void>): Promise<void> {
    const joins = this.#joins;
    while (this.#isOurs() && joins === this.#joins) {
      // Within one interval clients answer `heartbeat` without asking the group.
      await this.#sleep(this.#context.heartbeatIntervalMs);
      const answered = await heartbeat().then(
        () => true,
        () => false,
      );
      if (answered) return;
    }
  }

  /** Pauses reading until `work` says where to go on. */
  #recover(work: () => Promise<number>): void {
    this.#recovering = true;
    this.#context.member.pause(this.partition);
    void this.#untilDone(work).then((offset) => {
      this.#recovering = false;
      if (this.#isOurs()) this.#readFrom(offset);
    });
  }

  async #untilDone(work: () => Promise<number>): Promise<number> {
    for (let attempt = 0; this.#isOurs(); attempt++) {
      try {
        return await work();
      } catch (error) {
        if (this.#isOurs()) await this.#delay(attempt, error);
      }
    }
    return Number.NaN; // lost meanwhile: nobody reads on
  }

  async #delay(attempt: number, error: unknown): Promise<void> {
    const ms = backoffDelay(attempt, this.#context.backoff);
    this.#context.observer.retry?.(this.partition, error, ms);
    await this.#sleep(ms);
  }

  #sleep(ms: number): Promise<void> {
    return this.#context.clock.sleep(ms, this.#lost.signal);
  }

  #readFrom(offset: number): void {
    this.#context.member.seek(this.partition, offset);
    if (this.#held) this.#context.member.pause(this.partition);
    else this.#context.member.resume(this.partition);
  }

  #isOurs(): boolean {
    return !this.#lost.signal.aborted;
  }
}
