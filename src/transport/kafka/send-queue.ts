import type { OutgoingRecord } from "../log.ts";

/** One call of `send`; it is settled when all its records are. */
interface Send {
  left: number;
  error: Error | undefined;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** One record that waits to be acknowledged. */
export interface QueuedRecord {
  readonly record: OutgoingRecord;
  readonly bytes: number;
  /** Chosen once, so that a record that is sent again goes to the same partition. */
  partition: number | undefined;
  readonly send: Send;
}

/** Allowance for what a record takes beside key, value and headers. */
const overheadBytes = 70;

/** What was accepted and is not yet acknowledged, in order. */
export class SendQueue {
  #queued: QueuedRecord[] = [];

  get length(): number {
    return this.#queued.length;
  }

  push(records: readonly OutgoingRecord[]): Promise<void> {
    return new Promise((resolve, reject) => {
      if (records.length === 0) resolve();
      const send: Send = { left: records.length, error: undefined, resolve, reject };
      for (const record of records) {
        this.#queued.push({ record, bytes: sizeOf(record), partition: undefined, send });
      }
    });
  }

  /** The head of the queue, at least one record, within both bounds. */
  peek(maxRecords: number, maxBytes: number): readonly QueuedRecord[] {
    let bytes = 0;
    let count = 0;
    while (count < this.#queued.length && count < maxRecords) {
      bytes += this.#queued[count]!.bytes;
      if (count > 0 && bytes > maxBytes) break;
      count++;
    }
    return this.#queued.slice(0, count);
  }

  /** Takes `count` records off the head; with an error their sends are rejected. */
  settle(count: number, error?: Error): void {
    for (const { send } of this.#queued.splice(0, count)) {
      send.error ??= error;
      send.left--;
      if (send.left > 0) continue;
      if (send.error) send.reject(send.error);
      else send.resolve();
    }
  }
}

function sizeOf({ key, value, headers }: OutgoingRecord): number {
  let bytes = overheadBytes + (value?.length ?? 0);
  if (key !== null) bytes += typeof key === "string" ? Buffer.byteLength(key) : key.length;
  if (headers) {
    for (const [name, text] of Object.entries(headers)) bytes += name.length + Buffer.byteLength(text) + 10;
  }
  return bytes;
}
