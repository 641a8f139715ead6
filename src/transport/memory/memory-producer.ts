import { systemClock } from "../../clock.ts";
import { InvalidMessage, TransientError } from "../../errors.ts";
import { partitionFor } from "../kafka/partition-for.ts";
import type { OutgoingRecord, Producer } from "../log.ts";
import type { MemoryBroker } from "./memory-broker.ts";
import { sizeOf } from "./memory-partition.ts";

interface Waiting {
  readonly records: readonly OutgoingRecord[];
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Producer of the memory log: one request at a time, in order; waits while the log is away or a topic is missing. */
export class MemoryProducer implements Producer {
  readonly #broker: MemoryBroker;
  readonly #maxRecordBytes: number;
  #queue: Waiting[] = [];
  #unacknowledged = 0;
  #turn = 0;
  #working: Promise<void> | undefined;
  #closed: boolean = false;

  constructor(broker: MemoryBroker, maxRecordBytes: number) {
    this.#broker = broker;
    this.#maxRecordBytes = maxRecordBytes;
  }

  send(records: readonly OutgoingRecord[]): Promise<void> {
    if (this.#closed) return Promise.reject(closedError());
    if (records.length === 0) return Promise.resolve();
    this.#unacknowledged += records.length;
    const sent = new Promise<void>((resolve, reject) => this.#queue.push({ records, resolve, reject }));
    this.#working ??= this.#work();
    return sent;
  }

  pending(): number {
    return this.#unacknowledged;
  }

  async close(timeoutMs = 10_000): Promise<void> {
    const inTime = new AbortController();
    await Promise.race([this.#working, systemClock.sleep(timeoutMs, inTime.signal)]);
    inTime.abort();
    this.#closed = true;
    this.#broker.changed();
    await this.#working;
  }

  async #work(): Promise<void> {
    await Promise.resolve(); // what is sent in the same turn goes out together
    for (let next = this.#queue[0]; next; next = this.#queue[0]) {
      const { records } = next;
      await this.#broker.until(() => this.#closed || this.#canStore(records));
      this.#queue.shift();
      this.#unacknowledged -= records.length;
      if (this.#closed) next.reject(closedError());
      else this.#store(next);
    }
    this.#working = undefined; // in the same turn as the last look at the queue: no send may fall in between
  }

  #canStore(records: readonly OutgoingRecord[]): boolean {
    if (this.#broker.away || this.#broker.held) return false;
    return records.every((record) => (record.partition ?? 0) < this.#broker.partitions(record.topic).length);
  }

  #store({ records, resolve, reject }: Waiting): void {
    const tooLarge = records.filter((record) => this.#size(record) > this.#maxRecordBytes);
    const rounds = this.#broker.doubleNext ? 2 : 1;
    this.#broker.doubleNext = false;
    for (let round = 0; round < rounds; round++) {
      for (const record of records) {
        if (!tooLarge.includes(record)) this.#broker.append(record, this.#partitionOf(record));
      }
    }
    this.#broker.changed();
    if (tooLarge.length === 0) {
      resolve();
      return;
    }
    const message = `Cannot send a record: it must have at most ${this.#maxRecordBytes} bytes: current value is ${this.#size(tooLarge[0]!)}`;
    reject(new InvalidMessage("too-large", message));
  }

  #partitionOf(record: OutgoingRecord): number {
    if (record.partition !== undefined) return record.partition;
    const count = this.#broker.partitions(record.topic).length;
    return record.key === null ? this.#turn++ % count : partitionFor(record.key, count);
  }

  #size(record: OutgoingRecord): number {
    const key = typeof record.key === "string" ? Buffer.from(record.key) : record.key;
    return sizeOf({ key, value: record.value });
  }
}

function closedError(): TransientError {
  return new TransientError("Cannot send: the producer must be open: current value is closed");
}
