import type { Consumer, EachBatchPayload, Kafka, Batch as KafkaJsBatch } from "kafkajs";
import { TransientError } from "../../errors.ts";
import type { MemberHandlers, MemberOptions } from "../log.ts";
import { clientRetry } from "./kafka-client.ts";
import { recordsOf } from "./kafka-record.ts";

/** How far a partition was read: `next` is what the client fetches next, `from` what follows the last record seen. */
interface ReadOn {
  readonly next: number;
  readonly from: number;
}

/** Errors after which a heartbeat will not succeed until the next join. */
const movedOn = new Set(["REBALANCE_IN_PROGRESS", "ILLEGAL_GENERATION", "UNKNOWN_MEMBER_ID"]);

/**
 * One consumer of the client, from its start until it crashes or is stopped; it is never started again. No error leaves
 * its batch handler, since that would end the consumer for good.
 */
export class KafkaSession {
  readonly #consumer: Consumer;
  readonly #options: MemberOptions;
  readonly #handlers: MemberHandlers;
  /** Shared with the sessions before and after. */
  readonly #paused: ReadonlySet<number>;
  #assigned: readonly number[] = [];
  #memberId = "";
  #joins = 0;
  #revoked: boolean = false;
  #over: boolean = false;
  readonly #seeks = new Map<number, number>();
  readonly #readOn = new Map<number, ReadOn>();
  #onCommit: (committed: string) => void = () => {};
  #joining: Promise<void> = Promise.resolve();

  constructor(client: Kafka, options: MemberOptions, handlers: MemberHandlers, paused: ReadonlySet<number>) {
    this.#options = options;
    this.#handlers = handlers;
    this.#paused = paused;
    this.#consumer = client.consumer({
      groupId: options.group,
      sessionTimeout: options.sessionTimeoutMs,
      heartbeatInterval: options.heartbeatIntervalMs,
      rebalanceTimeout: Math.max(2 * options.sessionTimeoutMs, 10_000),
      maxBytesPerPartition: options.maxBytesPerPartition,
      minBytes: 1,
      maxWaitTimeInMs: 200,
      metadataMaxAge: 10_000, // added partitions are noticed at this pace
      allowAutoTopicCreation: false,
      // The client restarts without the pauses and seeks of before, so it never does.
      retry: { ...clientRetry, restartOnFailure: async () => false },
    });
  }

  /** Resolves with the error when the consumer has crashed; rejects when it cannot be started. */
  async run(): Promise<Error> {
    const { CRASH, GROUP_JOIN, REBALANCING, HEARTBEAT, COMMIT_OFFSETS } = this.#consumer.events;
    const crashed = new Promise<Error>((resolve) => {
      this.#consumer.on(CRASH, ({ payload }) => resolve(payload.error));
    });
    this.#consumer.on(GROUP_JOIN, ({ payload }) => {
      this.#join(payload.memberId, payload.memberAssignment[this.#options.topic] ?? []);
    });
    this.#consumer.on(REBALANCING, () => this.#revoke());
    this.#consumer.on(HEARTBEAT, () => this.#stay());
    this.#consumer.on(COMMIT_OFFSETS, ({ payload }) => this.#onCommit(committedText(payload.topics)));
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topics: [this.#options.topic], fromBeginning: true });
    this.#joining = this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: this.#options.concurrency,
      eachBatch: (payload) => this.#batch(payload),
    });
    await this.#joining;
    return crashed;
  }

  /** Leaves the group. A consumer that is stopped while it joins would go on by itself: the join is waited for. */
  async stop(): Promise<void> {
    await this.#joining.catch(() => {});
    this.#over = true;
    await this.#consumer.disconnect().catch(() => {});
  }

  /** The consumer has crashed: nothing is ours any more. */
  end(): void {
    this.#over = true;
    if (this.#joins === 0) return;
    this.#handlers.assigned([]);
    this.#handlers.revoked();
  }

  seek(partition: number, offset: number): void {
    if (this.#over || !this.#assigned.includes(partition)) return;
    this.#seeks.set(partition, this.#seekCount(partition) + 1);
    this.#readOn.delete(partition);
    this.#consumer.seek({ topic: this.#options.topic, partition, offset: String(offset) });
  }

  pause(partition: number): void {
    if (!this.#over && this.#joins > 0) this.#consumer.pause([this.#only(partition)]);
  }

  resume(partition: number): void {
    if (!this.#over && this.#joins > 0) this.#consumer.resume([this.#only(partition)]);
  }

  /**
   * The client resolves also where it has committed nothing (while it stops), and tries again under a later generation:
   * only its event, for these offsets and in the generation of the call, counts.
   */
  async commit(offsets: ReadonlyMap<number, number>): Promise<boolean> {
    if (this.#over || [...offsets.keys()].some((partition) => !this.#assigned.includes(partition)))
      return false;
    const { topic } = this.#options;
    const joins = this.#joins;
    const list = [...offsets].map(([partition, offset]) => ({ topic, partition, offset: String(offset) }));
    const expected = committedText([{ partitions: list }]);
    let accepted = false;
    this.#onCommit = (committed) => {
      accepted ||= committed === expected && joins === this.#joins;
    };
    try {
      await this.#consumer.commitOffsets(list);
      return accepted;
    } catch {
      return false;
    }
  }

  #join(memberId: string, partitions: readonly number[]): void {
    // Another id: the group had expelled us, and others may have owned our partitions since.
    if (this.#joins > 0 && memberId !== this.#memberId) this.#handlers.assigned([]);
    this.#joins++;
    this.#memberId = memberId;
    this.#revoked = false;
    this.#readOn.clear();
    this.#assigned = [...partitions].sort((a, b) => a - b);
    for (const partition of this.#paused) this.pause(partition);
    this.#handlers.assigned(this.#assigned);
  }

  #revoke(): void {
    if (this.#revoked) return;
    this.#revoked = true;
    this.#handlers.revoked();
  }

  /** A heartbeat was answered: the rebalance that an earlier one announced is off. */
  #stay(): void {
    if (!this.#revoked) return;
    this.#revoked = false;
    this.#handlers.assigned(this.#assigned);
  }

  async #batch({ batch, resolveOffset, heartbeat, isRunning, isStale }: EachBatchPayload): Promise<void> {
    const { partition } = batch;
    // Batches that were fetched before a seek, a pause or a rebalance wait in the client's queue.
    if (!isRunning() || isStale() || this.#revoked || this.#paused.has(partition)) return;
    const joins = this.#joins;
    const seeks = this.#seekCount(partition);
    const records = recordsOf(this.#options.topic, partition, batch.messages);
    const from = this.#fetchedFrom(batch);
    const end = Number(batch.highWatermark);
    await this.#handlers
      .batch({ partition, records, end, from }, () => this.#beat(heartbeat))
      .catch(() => {});
    if (seeks !== this.#seekCount(partition) || joins !== this.#joins) return;
    resolveOffset(batch.messages.at(-1)!.offset); // the client adds the transaction markers behind it
    this.#readOn.set(partition, {
      next: Number(batch.lastOffset()) + 1,
      from: records.at(-1)!.offset + 1,
    });
  }

  async #beat(heartbeat: () => Promise<void>): Promise<void> {
    if (this.#over) throw new TransientError("Cannot send a heartbeat: the consumer must run: it has ended");
    try {
      await heartbeat();
    } catch (error) {
      if (error instanceof Error && "type" in error && movedOn.has(String(error.type))) this.#revoke();
      throw error;
    }
  }

  /** Where this read began without a break. The client knows the offset it asked for; its types do not. */
  #fetchedFrom(batch: KafkaJsBatch & { readonly fetchedOffset?: string }): number {
    const fetched = Number(batch.fetchedOffset ?? batch.firstOffset());
    const readOn = this.#readOn.get(batch.partition);
    return readOn?.next === fetched ? readOn.from : fetched;
  }

  #seekCount(partition: number): number {
    return this.#seeks.get(partition) ?? 0;
  }

  #only(partition: number) {
    return { topic: this.#options.topic, partitions: [partition] };
  }
}

function committedText(
  topics: readonly {
    readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
  }[],
): string {
  return topics
    .flatMap(({ partitions }) => partitions.map(({ partition, offset }) => `${partition}:${offset}`))
    .join(",");
}
