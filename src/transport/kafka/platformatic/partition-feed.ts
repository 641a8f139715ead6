import type { Batch, LogRecord } from "../../log.ts";

/** How far one assigned partition is read, and what of it waits: one batch at most is fetched ahead. */
export class PartitionFeed {
  readonly partition: number;
  /** Where to fetch next; undefined until it is known. */
  #position: number | undefined;
  /** Behind the last record seen, or where reading began. */
  #from = 0;
  #seeks = 0;
  #waiting: Batch | undefined;
  /** A batch is being handled. */
  isBusy: boolean = false;

  constructor(partition: number) {
    this.partition = partition;
  }

  get position(): number | undefined {
    return this.#position;
  }

  /** Raised by every seek: what was fetched before one is of no use after it. */
  get seeks(): number {
    return this.#seeks;
  }

  hasWaiting(): boolean {
    return this.#waiting !== undefined;
  }

  seek(offset: number): void {
    this.#seeks++;
    this.#position = offset;
    this.#from = offset;
    this.#waiting = undefined;
  }

  /** What a fetch has brought: records, or nothing to see between the position and `next`. */
  add(records: readonly LogRecord[], next: number, end: number): void {
    this.#position = next;
    if (records.length === 0) return;
    this.#waiting = { partition: this.partition, records, end, from: this.#from };
    this.#from = records.at(-1)!.offset + 1;
  }

  take(): Batch | undefined {
    const batch = this.#waiting;
    this.#waiting = undefined;
    return batch;
  }
}
