import type { Clock } from "../clock.ts";
import type { BackoffOptions } from "./backoff.ts";
import type { ConsumeObserver } from "./consume-observer.ts";
import type { Batch, GroupMember, Log, MemberOptions } from "./log.ts";
import { PartitionRun, type RunContext } from "./partition-run.ts";
import type { Checkpoint, PartitionWorker } from "./partition-worker.ts";

export interface ConsumeLoopOptions<C extends Checkpoint> {
  readonly log: Pick<Log, "member" | "bounds">;
  readonly memberOptions: MemberOptions;
  /** A worker for a partition that has become ours; it is claimed at once. */
  readonly workerFor: (partition: number) => PartitionWorker<C>;
  readonly clock: Clock;
  readonly commitIntervalMs: number;
  /** After every commit that the group accepted, with what was committed. When it throws, the next round repeats it. */
  readonly onCommitted?: (checkpoints: ReadonlyMap<number, C>) => Promise<void>;
  /** Delays between attempts. Default: 100 ms to 5 s, Math.random. */
  readonly backoff?: Partial<BackoffOptions>;
  readonly observer?: ConsumeObserver;
}

/** How long the last commit and leaving the group may take beyond the deadline of a stop. */
const leaveGraceMs = 1_000;

/**
 * The loop of a role: owns membership, claims, retries, seeks and commits, so that a worker sees only its records, in
 * order. A record may come again after a rebalance or a retry, never before its partition was claimed; one that the
 * log has lost is reported by `gap`. Nothing beyond a worker's checkpoint is ever committed.
 */
export class ConsumeLoop<C extends Checkpoint> {
  readonly #options: ConsumeLoopOptions<C>;
  readonly #member: GroupMember;
  readonly #context: RunContext;
  readonly #observer: ConsumeObserver;
  readonly #runs = new Map<number, PartitionRun<C>>();
  #generation = 0;
  #rebalancing: boolean = false;
  #stopping: Promise<void> | undefined;
  #round: Promise<boolean> | undefined;
  #stopCommits: () => void = () => {};

  constructor(options: ConsumeLoopOptions<C>) {
    this.#options = options;
    this.#member = options.log.member(options.memberOptions);
    this.#observer = options.observer ?? {};
    this.#context = {
      log: options.log,
      topic: options.memberOptions.topic,
      member: this.#member,
      clock: options.clock,
      heartbeatIntervalMs: options.memberOptions.heartbeatIntervalMs,
      backoff: { minMs: 100, maxMs: 5_000, random: Math.random, ...options.backoff },
      observer: this.#observer,
      accepting: () => !this.#rebalancing && this.#stopping === undefined,
    };
  }

  /** Joins the group; resolves when the join has begun. */
  async start(): Promise<void> {
    this.#stopCommits = this.#options.clock.every(this.#options.commitIntervalMs, () => {
      if (!this.#round) void this.commit();
    });
    await this.#member.start({
      assigned: (partitions) => this.#assigned(partitions),
      revoked: () => this.#revoked(),
      batch: (batch, heartbeat) => this.#batch(batch, heartbeat),
    });
  }

  /**
   * Takes no more batches, lets those under way end, drains the workers, commits what is durable and leaves the group.
   * What has not ended after `deadlineMs` is abandoned: the next owner does it again.
   */
  stop(deadlineMs: number): Promise<void> {
    this.#stopping ??= this.#shutDown(deadlineMs);
    return this.#stopping;
  }

  /** For alignment: no batch of the partition until `resume`, as long as it is ours. */
  pause(partition: number): void {
    this.#runs.get(partition)?.hold(true);
  }

  resume(partition: number): void {
    this.#runs.get(partition)?.hold(false);
  }

  /** Partitions assigned to us now, in order. */
  owned(): number[] {
    return [...this.#runs.keys()].sort((a, b) => a - b);
  }

  /** The worker of a partition that is ours and claimed. */
  worker(partition: number): PartitionWorker<C> | undefined {
    const run = this.#runs.get(partition);
    return run?.isClaimed() ? run.worker : undefined;
  }

  /** Offsets committed by the group; partitions without one are absent. Throws TransientError. */
  committed(): Promise<ReadonlyMap<number, number>> {
    return this.#member.committed();
  }

  /** The group is joined and everything assigned is claimed. */
  get ready(): boolean {
    return (
      this.#generation > 0 && !this.#rebalancing && [...this.#runs.values()].every((run) => run.isClaimed())
    );
  }

  /** Commits all checkpoints, also unchanged ones: an accepted commit proves that we are still a member. */
  commit(): Promise<boolean> {
    const before = this.#round ?? Promise.resolve(true);
    const round = before.then(() => this.#commitRound());
    this.#round = round;
    void round.finally(() => {
      if (this.#round === round) this.#round = undefined;
    });
    return round;
  }

  async #commitRound(): Promise<boolean> {
    const claimed = [...this.#runs.values()].filter((run) => run.isClaimed());
    if (claimed.length === 0) return true;
    const generation = this.#generation;
    await Promise.all(claimed.map((run) => run.flush()));
    const checkpoints = new Map(claimed.map((run) => [run.partition, run.worker.checkpoint()]));
    const offsets = new Map([...checkpoints].map(([partition, { offset }]) => [partition, offset]));
    const accepted = await this.#member.commit(offsets);
    if (!accepted || generation !== this.#generation) {
      this.#observer.commitRefused?.([...offsets.keys()]);
      return false;
    }
    this.#observer.committed?.(offsets);
    try {
      await this.#options.onCommitted?.(checkpoints);
    } catch (error) {
      this.#observer.publishFailed?.(error);
    }
    return true;
  }

  #assigned(partitions: readonly number[]): void {
    this.#generation++;
    this.#rebalancing = false;
    const lost = this.owned().filter((partition) => !partitions.includes(partition));
    for (const partition of lost) {
      this.#runs.get(partition)?.release();
      this.#runs.delete(partition);
    }
    for (const run of this.#runs.values()) run.keep();
    const added =
      this.#stopping !== undefined ? [] : partitions.filter((partition) => !this.#runs.has(partition));
    for (const partition of added) {
      this.#runs.set(
        partition,
        new PartitionRun(partition, this.#options.workerFor(partition), this.#context),
      );
    }
    this.#observer.assigned?.(this.owned(), added, lost);
    for (const partition of added) this.#runs.get(partition)?.take();
  }

  #revoked(): void {
    this.#rebalancing = true;
    this.#observer.revoked?.();
  }

  async #batch(batch: Batch, heartbeat: () => Promise<void>): Promise<void> {
    await this.#runs.get(batch.partition)?.batch(batch, heartbeat);
  }

  async #shutDown(deadlineMs: number): Promise<void> {
    const { clock } = this.#options;
    const inTime = new AbortController();
    const deadline = clock.sleep(deadlineMs, inTime.signal);
    this.#stopCommits();
    await Promise.race([Promise.all([...this.#runs.values()].map((run) => run.settle())), deadline]);
    const grace = deadline.then(() => clock.sleep(leaveGraceMs, inTime.signal));
    await Promise.race([this.commit(), grace]);
    for (const run of this.#runs.values()) run.release();
    this.#runs.clear();
    await Promise.race([this.#member.stop(), grace]);
    inTime.abort();
  }
}
