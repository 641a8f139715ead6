import type { LogRecord } from "../log.ts";

/** One partition: records in order of offset. Offsets may have holes, as after compaction or transaction markers. */
export class MemoryPartition {
  low = 0;
  high = 0;
  #records: LogRecord[] = [];

  /** `record.offset` is given by the partition. */
  append(record: Omit<LogRecord, "offset">): LogRecord {
    const stored: LogRecord = Object.freeze({ ...record, offset: this.high });
    this.#records.push(stored);
    this.high += 1;
    return stored;
  }

  /** Leaves a hole of `count` offsets. */
  skip(count: number): void {
    this.high += count;
  }

  /** Drops what lies before `offset`, as retention does. */
  deleteBefore(offset: number): void {
    this.low = Math.max(this.low, Math.min(offset, this.high));
    this.#records = this.#records.slice(this.#indexOf(this.low));
  }

  /** Empties the partition and counts from 0 again, as a topic that was deleted and made anew. */
  recreate(): void {
    this.low = 0;
    this.high = 0;
    this.#records = [];
  }

  /** Records from `offset` on, until `maxBytes` are reached (at least one) or `to`. */
  slice(offset: number, to: number, maxBytes: number): LogRecord[] {
    const taken: LogRecord[] = [];
    let bytes = 0;
    for (let index = this.#indexOf(offset); index < this.#records.length; index++) {
      const record = this.#records[index]!;
      if (record.offset >= to) break;
      bytes += sizeOf(record);
      if (taken.length > 0 && bytes > maxBytes) break;
      taken.push(record);
    }
    return taken;
  }

  /** Index of the first record at or behind `offset`. */
  #indexOf(offset: number): number {
    let from = 0;
    let to = this.#records.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (this.#records[middle]!.offset < offset) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}

/** Bytes of key and value, plus an allowance for headers and framing. */
export function sizeOf(record: Pick<LogRecord, "key" | "value">): number {
  return 64 + (record.key?.length ?? 0) + (record.value?.length ?? 0);
}
