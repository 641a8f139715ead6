/**
 * What is known of indicators, in columns: about forty bytes a row, whatever it says. A row belongs to one value and one
 * feed; the rows of one value are a chain. Rows that are dropped are used again.
 */
import type { Indicator } from "./indicator.ts";
import { Interned } from "./interned.ts";

export const noRow = -1;

interface Columns {
  readonly next: Int32Array;
  readonly feed: Int32Array;
  readonly threat: Int32Array;
  readonly tags: Int32Array;
  readonly confidence: Uint8Array;
  /** Epoch milliseconds; NaN: not said. */
  readonly from: Float64Array;
  readonly until: Float64Array;
  readonly seen: Float64Array;
}

export type Row = Pick<Indicator, "feed" | "threat" | "tags" | "confidence" | "first_seen">;

export class IndicatorRows {
  readonly #feeds = new Interned<string>((feed) => feed);
  readonly #threats = new Interned<string | null>((threat) => threat ?? "");
  readonly #tags = new Interned<readonly string[]>((tags) => tags.join("\0"));
  #columns = columnsOf(1_024);
  #used = 0;
  #free = noRow;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Puts the row into the chain that begins at `head`, in place of the feed's earlier one. The new head. */
  put(head: number, indicator: Indicator): number {
    const own = this.#find(head, indicator.feed);
    if (own !== noRow) {
      const next = this.#columns.next[own]!;
      this.#release(own);
      this.#write(own, indicator, next);
      return head;
    }
    const row = this.#take();
    this.#write(row, indicator, head);
    this.#size += 1;
    return row;
  }

  /** Takes the feed's row out of the chain. The new head. */
  drop(head: number, feed: string): number {
    const row = this.#find(head, feed);
    if (row === noRow) return head;
    const { next } = this.#columns;
    const after = next[row]!;
    this.#release(row);
    next[row] = this.#free;
    this.#free = row;
    this.#size -= 1;
    if (row === head) return after;
    let before = head;
    while (next[before] !== row) before = next[before]!;
    next[before] = after;
    return head;
  }

  /** The rows of a chain that count at the instant. */
  each(head: number, at: number, take: (row: Row) => void): void {
    const { next, feed, threat, tags, confidence, from, until, seen } = this.#columns;
    for (let row = head; row !== noRow; row = next[row]!) {
      // Comparisons with NaN are false: what is not said bounds nothing.
      if (at < from[row]! || at >= until[row]!) continue;
      const firstSeen = seen[row]!;
      take({
        feed: this.#feeds.at(feed[row]!),
        threat: this.#threats.at(threat[row]!),
        tags: this.#tags.at(tags[row]!),
        confidence: confidence[row]!,
        first_seen: Number.isNaN(firstSeen) ? null : firstSeen,
      });
    }
  }

  #find(head: number, name: string): number {
    const number = this.#feeds.find(name);
    if (number === undefined) return noRow;
    const { next, feed } = this.#columns;
    let row = head;
    while (row !== noRow && feed[row] !== number) row = next[row]!;
    return row;
  }

  #write(row: number, indicator: Indicator, next: number): void {
    const columns = this.#columns;
    columns.next[row] = next;
    columns.feed[row] = this.#feeds.hold(indicator.feed);
    columns.threat[row] = this.#threats.hold(indicator.threat);
    columns.tags[row] = this.#tags.hold(indicator.tags);
    columns.confidence[row] = indicator.confidence;
    columns.from[row] = indicator.valid_from ?? Number.NaN;
    columns.until[row] = indicator.valid_until ?? Number.NaN;
    columns.seen[row] = indicator.first_seen ?? indicator.valid_from ?? Number.NaN;
  }

  #release(row: number): void {
    const { feed, threat, tags } = this.#columns;
    this.#feeds.release(feed[row]!);
    this.#threats.release(threat[row]!);
    this.#tags.release(tags[row]!);
  }

  #take(): number {
    if (this.#free !== noRow) {
      const row = this.#free;
      this.#free = this.#columns.next[row]!;
      return row;
    }
    if (this.#used === this.#columns.next.length) this.#columns = grown(this.#columns);
    return this.#used++;
  }
}

function columnsOf(rows: number): Columns {
  return {
    next: new Int32Array(rows),
    feed: new Int32Array(rows),
    threat: new Int32Array(rows),
    tags: new Int32Array(rows),
    confidence: new Uint8Array(rows),
    from: new Float64Array(rows),
    until: new Float64Array(rows),
    seen: new Float64Array(rows),
  };
}

function grown(columns: Columns): Columns {
  const larger = columnsOf(Math.ceil(columns.next.length * 1.5));
  for (const name of Object.keys(columns) as (keyof Columns)[]) larger[name].set(columns[name]);
  return larger;
}
