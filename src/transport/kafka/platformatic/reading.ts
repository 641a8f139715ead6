import type { Clock } from "../../../clock.ts";
import { messageOf } from "../../../errors.ts";
import { backoffDelay } from "../../backoff.ts";
import type { Batch, MemberOptions, PartitionBounds } from "../../log.ts";
import type { KafkaLogLine } from "../kafka-client-options.ts";
import { isRightRefused } from "../kafka-error.ts";
import type { OpenBatch } from "../open-batch.ts";
import { answerOfCode } from "./ask.ts";
import type { Cluster, Leaders } from "./cluster.ts";
import { type FetchedPartition, fetchFrom } from "./fetch.ts";
import { PartitionFeed } from "./partition-feed.ts";
import { readBatches } from "./record-batches.ts";

export interface ReadingSurroundings {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: (line: KafkaLogLine) => void;
  readonly openers: ReadonlyMap<number, OpenBatch>;
  readonly committed: () => Promise<ReadonlyMap<number, number>>;
  readonly bounds: () => Promise<ReadonlyMap<number, PartitionBounds>>;
  /** Never rejects. */
  readonly handle: (batch: Batch) => Promise<void>;
  /** Reading is refused. */
  readonly refused: (error: Error) => void;
  readonly paused: ReadonlySet<number>;
}

const maxWaitMs = 200;
/** While a partition has enough that waits, the others are asked shortly, so that it is not kept waiting for them. */
const shortWaitMs = 20;
/**
 * Where records come one by one, the next are asked for so long after the last were: those that come meanwhile share what
 * an answer costs here and at the broker. A backlog, of which an answer holds more, is read without a pause.
 */
const paceMs = 3;
const fewBytes = 256 * 1024;
const backoff = { minMs: 50, maxMs: 1_000, random: Math.random };
const outOfRange = 1;

/** Reads the partitions of one assignment, from each of their leaders at its own pace, until it is held or ended. */
export class Reading {
  readonly #surroundings: ReadingSurroundings;
  readonly #options: MemberOptions;
  readonly #feeds: ReadonlyMap<number, PartitionFeed>;
  readonly #ended = new AbortController();
  readonly #handling = new Set<Promise<void>>();
  /** Nodes that are being asked. */
  readonly #asked = new Set<number>();
  #leaders: Leaders;
  #held: boolean = false;
  #wake = Promise.withResolvers<void>();
  #turn = 0;

  constructor(
    surroundings: ReadingSurroundings,
    options: MemberOptions,
    partitions: readonly number[],
    leaders: Leaders,
  ) {
    this.#surroundings = surroundings;
    this.#options = options;
    this.#leaders = leaders;
    this.#feeds = new Map(partitions.map((partition) => [partition, new PartitionFeed(partition)]));
  }

  start(): void {
    void this.#findPositions();
    this.#askLeaders();
  }

  seek(partition: number, offset: number): void {
    this.#feeds.get(partition)?.seek(offset);
    this.#stir();
  }

  resume(partition: number): void {
    this.#handOn(partition);
    this.#stir();
  }

  lead(leaders: Leaders): void {
    this.#leaders = leaders;
    this.#askLeaders();
  }

  /** Hands on and fetches no more; resolves when the batches under way have ended. */
  async hold(): Promise<void> {
    this.#held = true;
    this.end();
    await Promise.all(this.#handling);
  }

  end(): void {
    this.#ended.abort();
    this.#stir();
  }

  /** Where nobody has sought to: where the group has committed, else at the first record. */
  async #findPositions(): Promise<void> {
    for (let attempt = 0; !this.#isOver() && this.#unplaced().length > 0; attempt++) {
      try {
        const committed = await this.#surroundings.committed();
        const isAllCommitted = this.#unplaced().every(({ partition }) => committed.has(partition));
        const bounds = isAllCommitted
          ? new Map<number, PartitionBounds>()
          : await this.#surroundings.bounds();
        for (const feed of this.#unplaced()) {
          const offset = committed.get(feed.partition) ?? bounds.get(feed.partition)?.low;
          if (offset !== undefined) this.seek(feed.partition, offset);
        }
        if (this.#unplaced().length > 0) await this.#pause(attempt);
      } catch (error) {
        this.#tell("Cannot find where to read from yet", error);
        await this.#pause(attempt);
      }
    }
  }

  #unplaced(): readonly PartitionFeed[] {
    return [...this.#feeds.values()].filter(({ position }) => position === undefined);
  }

  #askLeaders(): void {
    for (const partition of this.#feeds.keys()) {
      const leader = this.#leaders[partition] ?? -1;
      if (leader < 0 || this.#asked.has(leader) || this.#isOver()) continue;
      this.#asked.add(leader);
      void this.#ask(leader).finally(() => this.#asked.delete(leader));
    }
  }

  /** Asks one node as long as it leads partitions of ours. */
  async #ask(node: number): Promise<void> {
    for (let failures = 0; !this.#isOver(); ) {
      const led = [...this.#feeds.values()].filter(({ partition }) => this.#leaders[partition] === node);
      if (led.length === 0) return;
      try {
        if (await this.#fetch(node, led)) failures = 0;
        else {
          await this.#pause(failures++);
          await this.#askForLeaders();
        }
      } catch (error) {
        if (this.#isOver()) return;
        if (isRightRefused(error)) this.#surroundings.refused(error as Error);
        this.#tell("Fetching failed, trying again", error);
        await this.#pause(failures++);
        await this.#askForLeaders().catch((cause: unknown) =>
          this.#tell("Cannot find the leaders yet", cause),
        );
      }
    }
  }

  /** False when partitions must be asked for elsewhere or later. */
  async #fetch(node: number, led: readonly PartitionFeed[]): Promise<boolean> {
    const { topic, maxBytesPerPartition } = this.#options;
    const { cluster, clock, paused } = this.#surroundings;
    const active = led.filter(({ partition, position }) => position !== undefined && !paused.has(partition));
    const wanted = this.#inTurn(active.filter((feed) => !feed.hasWaiting()));
    if (wanted.length === 0) {
      await this.#wake.promise;
      return true;
    }
    const seeks = new Map(wanted.map((feed) => [feed.partition, feed.seeks]));
    const began = clock.monotonic();
    const answer = await fetchFrom(await cluster.connection(node, "fetch"), {
      topic,
      partitions: wanted.map(({ partition, position }) => ({ partition, offset: position! })),
      maxBytesPerPartition,
      maxWaitMs: wanted.length === active.length ? maxWaitMs : shortWaitMs,
    });
    let isWell = true;
    let bytes = 0;
    for (const fetched of answer) {
      const feed = this.#feeds.get(fetched.partition);
      if (feed === undefined || seeks.get(fetched.partition) !== feed.seeks) continue;
      bytes += fetched.bytes.length;
      if (!(await this.#add(feed, fetched))) isWell = false;
    }
    const early = began + paceMs - clock.monotonic();
    if (bytes > 0 && bytes < fewBytes && early > 0) await clock.sleep(early, this.#ended.signal);
    return isWell;
  }

  async #add(feed: PartitionFeed, fetched: FetchedPartition): Promise<boolean> {
    const { partition, end, aborted, bytes } = fetched;
    if (fetched.errorCode === outOfRange) {
      await this.#startAtFirst(feed);
      return true;
    }
    if (fetched.errorCode !== 0) {
      const error = answerOfCode(fetched.errorCode);
      if (isRightRefused(error)) throw error;
      this.#tell(`Cannot fetch partition ${partition}`, error);
      return false;
    }
    const { seeks } = feed;
    const { topic } = this.#options;
    const { openers } = this.#surroundings;
    const { records, next } = await readBatches(bytes, {
      topic,
      partition,
      from: feed.position!,
      aborted,
      openers,
    });
    if (seeks !== feed.seeks || this.#isOver()) return true;
    const isStuck = bytes.length > 0 && next === feed.position; // not even one batch was whole
    feed.add(records, next, end);
    this.#handOn(partition);
    return !isStuck;
  }

  /** The log no longer, or not yet, has what is wanted: the batches show where reading began. */
  async #startAtFirst(feed: PartitionFeed): Promise<void> {
    const { partition, position, seeks } = feed;
    const low = (await this.#surroundings.bounds()).get(partition)?.low;
    if (low === undefined || seeks !== feed.seeks) return;
    const fields = { topic: this.#options.topic, partition, offset: position, first: low };
    this.#surroundings.log({ level: "warn", message: "Offset out of range, reading from the first", fields });
    feed.seek(low);
  }

  #handOn(partition: number): void {
    const feed = this.#feeds.get(partition);
    const { paused, handle } = this.#surroundings;
    if (feed === undefined || feed.isBusy || paused.has(partition) || this.#isOver()) return;
    if (this.#handling.size >= this.#options.concurrency) return;
    const batch = feed.take();
    if (batch === undefined) return;
    feed.isBusy = true;
    const handling = handle(batch).finally(() => {
      feed.isBusy = false;
      this.#handling.delete(handling);
      this.#handOnNext(partition);
    });
    this.#handling.add(handling);
    this.#stir();
  }

  /** Others may have waited for their turn. */
  #handOnNext(after: number): void {
    const waiting = [...this.#feeds.keys()];
    const start = waiting.indexOf(after) + 1;
    for (const partition of [...waiting.slice(start), ...waiting.slice(0, start)]) this.#handOn(partition);
    this.#stir();
  }

  /** An answer is filled in the order of the request: each partition is the first now and then. */
  #inTurn(feeds: readonly PartitionFeed[]): readonly PartitionFeed[] {
    this.#turn += 1;
    const start = feeds.length === 0 ? 0 : this.#turn % feeds.length;
    return [...feeds.slice(start), ...feeds.slice(0, start)];
  }

  async #askForLeaders(): Promise<void> {
    this.lead(await this.#surroundings.cluster.leaders(this.#options.topic));
  }

  #tell(message: string, error: unknown): void {
    if (this.#isOver()) return;
    const { topic, group } = this.#options;
    this.#surroundings.log({ level: "warn", message, fields: { group, topic, error: messageOf(error) } });
  }

  #pause(attempt: number): Promise<void> {
    return this.#surroundings.clock.sleep(backoffDelay(attempt, backoff), this.#ended.signal);
  }

  #isOver(): boolean {
    return this.#held || this.#ended.signal.aborted;
  }

  #stir(): void {
    const { resolve } = this.#wake;
    this.#wake = Promise.withResolvers<void>();
    resolve();
  }
}
