import type { LogRecord } from "../../src/transport/log.ts";
import type { Checkpoint, PartitionWorker } from "../../src/transport/partition-worker.ts";

/** What was asked of a worker, one line a call. */
export type Call = string;

/**
 * A worker that does what the test tells it to, and writes down what it is asked. By default it claims `start`, takes
 * every record and has everything durable at once.
 */
export class ScriptedWorker implements PartitionWorker<Checkpoint> {
  readonly partition: number;
  readonly calls: Call[] = [];
  readonly seen: LogRecord[] = [];
  #position = 0;
  /** Where the next claim starts; like the offset in the state, it follows what was processed. */
  start: number;
  /** Runs in `claim`; may throw. */
  onClaim: () => Promise<void> | void = () => {};
  /** Runs before the records are taken; may throw. */
  onProcess: (records: readonly LogRecord[]) => Promise<void> | void = () => {};
  onDrain: () => Promise<void> | void = () => {};
  /** Replaces the checkpoint's offset. */
  durable: number | undefined;

  constructor(partition: number, start = 0) {
    this.partition = partition;
    this.start = start;
  }

  async claim(): Promise<number> {
    this.calls.push("claim");
    await this.onClaim();
    this.#position = this.start;
    return this.start;
  }

  async process(records: readonly LogRecord[], end: number): Promise<void> {
    this.calls.push(`process ${records[0]!.offset}..${records.at(-1)!.offset} of ${end}`);
    await this.onProcess(records);
    this.take(records);
  }

  /** Counts records as processed. */
  take(records: readonly LogRecord[]): void {
    this.seen.push(...records);
    this.#position = records.at(-1)!.offset + 1;
    this.start = this.#position;
  }

  /** What lies behind was not durable. */
  goBack(offset: number): void {
    this.#position = offset;
    this.start = offset;
  }

  position(): number {
    return this.#position;
  }

  checkpoint(): Checkpoint {
    return { offset: this.durable ?? this.#position };
  }

  async gap(from: number, to: number): Promise<void> {
    this.calls.push(`gap ${from}..${to}`);
    this.#position = to;
    this.start = to;
  }

  async quarantine(record: LogRecord): Promise<void> {
    this.calls.push(`quarantine ${record.offset}`);
    this.#position = record.offset + 1;
    this.start = this.#position;
  }

  async drain(): Promise<void> {
    this.calls.push("drain");
    await this.onDrain();
  }

  release(): void {
    this.calls.push("release");
  }

  offsets(): number[] {
    return this.seen.map(({ offset }) => offset);
  }

  count(call: string): number {
    return this.calls.filter((made) => made === call).length;
  }
}
