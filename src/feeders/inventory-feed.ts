/**
 * The entries of one feeder: what it has written, what has changed since, and what is over.
 *
 * Only changes are written. What is gone is first written as ended, and taken out after its ttl, since events come late;
 * a feeder that was away finds what it wrote before in the topic (`recall`) and ends what is no longer there.
 */
import type { Clock } from "../clock.ts";
import {
  type EntryKind,
  endOf,
  entityKey,
  type InventoryEntry,
  recordKey,
} from "../enrichment/inventory-entry.ts";
import type { JsonMap } from "../events/security-event.ts";

export interface EntryRecord {
  readonly key: string;
  /** Null: it is gone. */
  readonly entry: InventoryEntry | null;
}

/** An event in Corral's own form, as native producers send it. */
export interface NativeEvent {
  readonly id: string;
  readonly timestamp: number;
  readonly type: string;
  readonly container_id: string;
  readonly source: string;
  readonly details: JsonMap;
  readonly enrichment: JsonMap;
}

export interface InventoryFeedOptions {
  /** The feeder's name. */
  readonly source: string;
  readonly cluster: string;
  readonly ttlMs: number;
  readonly clock: Clock;
  /** Resolves once all are in the log. */
  readonly write: (records: readonly EntryRecord[]) => Promise<void>;
  /** Takes events of containers' lives; null: nobody wants them. */
  readonly tell: ((events: readonly NativeEvent[]) => Promise<void>) | null;
}

export class InventoryFeed {
  readonly #options: InventoryFeedOptions;
  readonly #known = new Map<string, InventoryEntry>();
  readonly #changed = new Set<string>();
  #events: NativeEvent[] = [];
  #flushing: Promise<void> = Promise.resolve();

  constructor(options: InventoryFeedOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#known.size;
  }

  /** A record of the topic as it stood before; those of other feeders and clusters are passed over. */
  recall(key: string, entry: InventoryEntry | null): void {
    if (entry === null) this.#known.delete(key);
    else if (this.#isOwn(entry)) this.#known.set(key, entry);
  }

  /** What is known of a thing, before it is put. */
  known(entry: InventoryEntry): InventoryEntry | undefined {
    return this.#known.get(this.keyOf(entry));
  }

  keyOf(entry: InventoryEntry): string {
    return recordKey(entry, entityKey(entry)!);
  }

  put(entry: InventoryEntry): void {
    const key = this.keyOf(entry);
    const before = this.#known.get(key);
    if (before === undefined ? this.#isOver(entry) : saysTheSame(before, entry)) return;
    this.#known.set(key, entry);
    this.#changed.add(key);
  }

  /** It is gone: written as ended, now unless it was before. */
  end(key: string): void {
    const entry = this.#known.get(key);
    if (entry === undefined || endOf(entry) !== null) return;
    const now = this.#options.clock.now();
    this.#known.set(key, Object.freeze({ ...entry, state: "gone", ended_at: now, updated_at: now }));
    this.#changed.add(key);
  }

  /** After a whole list: what is not in it is gone. */
  keepOnly(kinds: readonly EntryKind[], entries: Iterable<InventoryEntry>): void {
    const there = new Set([...entries].map((entry) => this.keyOf(entry)));
    for (const [key, { kind }] of this.#known) if (kinds.includes(kind) && !there.has(key)) this.end(key);
  }

  tell(event: NativeEvent): void {
    if (this.#options.tell !== null) this.#events.push(event);
  }

  /** Writes what has changed, and takes out what is over. Throws TransientError; what was not written is kept. */
  flush(): Promise<void> {
    this.#flushing = this.#flushing.catch(() => {}).then(() => this.#flush());
    return this.#flushing;
  }

  async #flush(): Promise<void> {
    const { write, tell } = this.#options;
    const over = new Set<string>();
    for (const [key, entry] of this.#known) if (this.#isOver(entry)) over.add(key);
    const changed = [...this.#changed].filter((key) => !over.has(key));
    const records = [
      ...changed.map((key) => ({ key, entry: this.#known.get(key)! })),
      ...[...over].map((key) => ({ key, entry: null })),
    ];
    const written = records.map(({ key }) => this.#known.get(key));
    if (records.length > 0) await write(records);
    for (const [index, { key, entry }] of records.entries()) {
      // What changed meanwhile is written the next time.
      if (this.#known.get(key) !== written[index]) continue;
      this.#changed.delete(key);
      if (entry === null) this.#known.delete(key);
    }
    const events = this.#events;
    if (events.length === 0 || tell === null) return;
    await tell(events);
    this.#events = this.#events.slice(events.length);
  }

  #isOver(entry: InventoryEntry): boolean {
    const end = endOf(entry);
    return end !== null && end + this.#options.ttlMs < this.#options.clock.now();
  }

  #isOwn({ source, learnt, cluster }: InventoryEntry): boolean {
    return source === this.#options.source && !learnt && (cluster ?? "") === this.#options.cluster;
  }
}

/** Besides the time at which it was looked up. */
function saysTheSame(a: InventoryEntry, b: InventoryEntry): boolean {
  return factText(a) === factText(b);
}

function factText({ updated_at, ...facts }: InventoryEntry): string {
  const known = Object.entries(facts).filter(([, value]) => value != null);
  return JSON.stringify(
    known.sort(([a], [b]) => (a < b ? -1 : 1)),
    (_, value: unknown) =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
        : value,
  );
}
