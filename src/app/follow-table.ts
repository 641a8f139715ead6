/**
 * A compacted topic as a table: read whole once, then followed. The newest record of a key counts; a record without a
 * value takes the key away. Read again after a reconnection nothing changes.
 */
import type { Clock } from "../clock.ts";
import { AccessRefused, InvalidMessage, messageOf } from "../errors.ts";
import type { Log, LogRecord } from "../transport/log.ts";
import { refuseUnreadable } from "./dead-letter.ts";

export interface FollowTableOptions {
  readonly log: Pick<Log, "bounds" | "read">;
  readonly topic: string;
  readonly clock: Clock;
  /** Time between looks for new records, milliseconds. */
  readonly everyMs: number;
  /** Takes one record up; `value` null: the key is gone. Throws InvalidMessage for what cannot be read. */
  readonly take: (key: string, value: Buffer | null, record: LogRecord) => void | Promise<void>;
  readonly observe: FollowTableObserver;
}

export interface FollowTableObserver {
  /** Records read of those there are, while the table is read for the first time. */
  progress(read: number, total: number): void;
  refused(place: string, reason: string): void;
  /** The log did not answer; what is known stays, and grows old. */
  away(reason: string): void;
}

const refusedMs = 10_000;

export class FollowTable {
  readonly #options: FollowTableOptions;
  readonly #next = new Map<number, number>();
  #loaded = false;
  /** Monotonic time at which the table was last known to be whole. */
  #wholeAt = Number.NEGATIVE_INFINITY;
  #stop: () => void = () => {};
  #stopped = false;

  constructor(options: FollowTableOptions) {
    this.#options = options;
  }

  /** It has been read to its end once. */
  get loaded(): boolean {
    return this.#loaded;
  }

  /** Milliseconds since it was last read to its end. */
  get age(): number {
    return this.#options.clock.monotonic() - this.#wholeAt;
  }

  /** Reads the table to its end, or until `stop`. Throws TransientError when the log is away. */
  async load(): Promise<void> {
    await this.#readOn();
    if (!this.#stopped) this.#loaded = true;
  }

  /** Goes on reading what is new until `stop`; a log that is away is asked again, one that refuses more seldom. */
  follow(): void {
    if (this.#stopped) return;
    const { clock, everyMs, observe } = this.#options;
    const seldom = Math.ceil(refusedMs / everyMs);
    let reading = false;
    let left = 1;
    this.#stop = clock.every(everyMs, () => {
      if (reading || --left > 0) return;
      reading = true;
      void this.load()
        .catch((error: unknown) => {
          if (error instanceof AccessRefused) left = seldom;
          observe.away(messageOf(error));
        })
        .finally(() => {
          reading = false;
        });
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#stop();
  }

  async #readOn(): Promise<void> {
    const { log, topic, clock, observe } = this.#options;
    const at = clock.monotonic();
    const bounds = [...(await log.bounds(topic))];
    const total = bounds.reduce(
      (sum, [partition, { low, high }]) => sum + high - this.#from(partition, low, high),
      0,
    );
    let read = 0;
    for (const [partition, { low, high }] of bounds) {
      const from = this.#from(partition, low, high);
      if (from < high) {
        for await (const records of log.read(topic, partition, from, high)) {
          if (this.#stopped) return;
          for (const record of records) await this.#take(record);
          read += records.length;
          if (!this.#loaded) observe.progress(read, total);
        }
      }
      this.#next.set(partition, high);
    }
    this.#wholeAt = at;
  }

  /** A topic that ends before what was read of it was made anew: it is read from its start. */
  #from(partition: number, low: number, high: number): number {
    const next = this.#next.get(partition) ?? low;
    return next > high ? low : Math.max(next, low);
  }

  async #take(record: LogRecord): Promise<void> {
    const { take, observe } = this.#options;
    try {
      refuseUnreadable(record);
      if (record.key === null) return;
      await take(record.key.toString("utf8"), record.value, record);
    } catch (error) {
      if (!(error instanceof InvalidMessage)) throw error;
      observe.refused(`${record.topic}/${record.partition}/${record.offset}`, error.message);
    }
  }
}
