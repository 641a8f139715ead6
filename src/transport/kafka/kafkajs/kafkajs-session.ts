import type { Consumer, EachBatchPayload, Kafka, Batch as KafkaJsBatch } from "kafkajs";
import { messageOf, TransientError } from "../../../errors.ts";
import type { MemberHandlers, MemberOptions } from "../../log.ts";
import type { KafkaLogLine } from "../kafka-client-options.ts";
import { isRightRefused } from "../kafka-error.ts";
import { NextAnswer } from "../next-answer.ts";
import type { GroupSession, LogQuestions } from "../record-client.ts";
import { clientRetry } from "./kafkajs-client.ts";
import { recordsOf } from "./kafkajs-record.ts";
import type { OpenSockets } from "./open-sockets.ts";
import { type StandingBatch, tellingOfStandingBatches } from "./standing-batch.ts";

export interface KafkajsSessionSurroundings {
  /** A client of its own for every session. */
  readonly client: () => { readonly kafka: Kafka; readonly sockets: OpenSockets };
  readonly log: (line: KafkaLogLine) => void;
  readonly standingAt: LogQuestions["standingAt"];
}

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
export class KafkajsSession implements GroupSession {
  readonly #consumer: Consumer;
  readonly #sockets: OpenSockets;
  readonly #surroundings: KafkajsSessionSurroundings;
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
  /** How often each batch that the client cannot take has stopped it, by its offsets. */
  readonly #stops = new Map<string, number>();
  #steppingOver = false;
  readonly #nextAnswer = new NextAnswer();
  #onCommit: (committed: string) => void = () => {};
  /** Ends the session: the group does not let us any more, and would not as long as a batch takes. */
  #onRefused: (error: Error) => void = () => {};
  #joining: Promise<void> = Promise.resolve();

  constructor(
    surroundings: KafkajsSessionSurroundings,
    options: MemberOptions,
    handlers: MemberHandlers,
    paused: ReadonlySet<number>,
  ) {
    this.#surroundings = surroundings;
    this.#options = options;
    this.#handlers = handlers;
    this.#paused = paused;
    const { kafka, sockets } = surroundings.client();
    this.#sockets = sockets;
    this.#consumer = kafka.consumer({
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

  /** Resolves with the error when the consumer has crashed or is refused; rejects when it cannot be started. */
  async run(): Promise<Error> {
    const { CRASH, GROUP_JOIN, REBALANCING, HEARTBEAT, COMMIT_OFFSETS } = this.#consumer.events;
    const crashed = new Promise<Error>((resolve) => {
      this.#onRefused = resolve;
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
    this.#joining = tellingOfStandingBatches(
      (batch) => this.#stopped(batch),
      () =>
        this.#consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          partitionsConsumedConcurrently: this.#options.concurrency,
          eachBatch: (payload) => this.#batch(payload),
        }),
    );
    await this.#joining;
    return crashed;
  }

  /** Leaves the group. A consumer that is stopped while it joins would go on by itself: the join is waited for. */
  async stop(): Promise<void> {
    await this.#joining.catch(() => {});
    this.#finish();
    await this.#consumer.disconnect().catch(() => {});
    this.#sockets.end();
  }

  /** Ends at once, without leaving the group: what the broker does not answer would go on for a minute. */
  abandon(): void {
    this.#finish();
    this.#sockets.end();
  }

  /** The consumer has crashed: nothing is ours any more. */
  end(): void {
    this.#finish();
    if (this.#joins === 0) return;
    this.#handlers.assigned([]);
    this.#handlers.revoked();
  }

  seek(partition: number, offset: number): void {
    if (this.#over || !this.#assigned.includes(partition)) return;
    this.#seeks.set(partition, this.#seekCount(partition) + 1);
    this.#readOn.set(partition, { next: offset, from: offset });
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
    } catch (error) {
      if (isRightRefused(error)) this.#onRefused(error as Error);
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
    this.#stops.clear();
    this.#assigned = [...partitions].sort((a, b) => a - b);
    for (const partition of this.#paused) this.pause(partition);
    this.#handlers.assigned(this.#assigned);
  }

  #finish(): void {
    this.#over = true;
    this.#nextAnswer.failed(new TransientError("Cannot go on: the consumer must run: it has ended"));
  }

  #revoke(): void {
    if (this.#revoked) return;
    this.#revoked = true;
    this.#nextAnswer.failed(new TransientError("Cannot go on: the group has moved on"));
    this.#handlers.revoked();
  }

  /** A heartbeat was answered: the rebalance that an earlier one announced is off. */
  #stay(): void {
    this.#nextAnswer.came();
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

  /** A fetch ended at a batch that the client cannot take, in one of our partitions. The second time it is stepped over. */
  #stopped(batch: StandingBatch): void {
    const offsets = `${batch.firstOffset}-${batch.lastOffset}`;
    const times = (this.#stops.get(offsets) ?? 0) + 1;
    this.#stops.set(offsets, times);
    if (times < 2 || this.#steppingOver) return;
    this.#steppingOver = true;
    const fields = { topic: this.#options.topic, ...batch };
    this.#stepOver(batch)
      .then((done) => {
        if (!done) return;
        this.#stops.delete(offsets);
        this.#surroundings.log({
          level: "warn",
          message: "Stepped over a batch of too many records",
          fields,
        });
      })
      // The next fetch ends there again, and it is tried again.
      .catch((error: unknown) => {
        const message = "Cannot step over a batch of too many records yet";
        this.#surroundings.log({ level: "warn", message, fields: { ...fields, error: messageOf(error) } });
      })
      .finally(() => {
        this.#steppingOver = false;
      });
  }

  /** Hands the batch on as one unreadable record of the partition that stands at it, and reads on behind it. */
  async #stepOver(batch: StandingBatch): Promise<boolean> {
    for (const [partition, { next }] of [...this.#readOn]) {
      if (next > batch.lastOffset || this.#paused.has(partition)) continue;
      const [joins, seeks] = [this.#joins, this.#seekCount(partition)];
      const isMoved = () => this.#revoked || joins !== this.#joins || seeks !== this.#seekCount(partition);
      const standing = await this.#surroundings.standingAt(this.#options.topic, partition, next, batch);
      if (isMoved() || this.#paused.has(partition)) return false;
      if (standing === undefined) continue;
      await this.#handlers.batch(standing, () => this.#nextAnswer.wait()).catch(() => {});
      if (!isMoved()) this.seek(partition, batch.lastOffset + 1);
      return true;
    }
    return false;
  }

  async #beat(heartbeat: () => Promise<void>): Promise<void> {
    if (this.#over) throw new TransientError("Cannot send a heartbeat: the consumer must run: it has ended");
    try {
      await heartbeat();
    } catch (error) {
      if (error instanceof Error && "type" in error && movedOn.has(String(error.type))) this.#revoke();
      if (isRightRefused(error)) this.#onRefused(error as Error);
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
