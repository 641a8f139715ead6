/**
 * Entries of a window in order of their times. The oldest go first, one or two for each that comes: they are passed over
 * at once and moved out of the way when they are an eighth of the list, so that a long list costs no more than a short one.
 */
import type { WindowEntry } from "../state/store.ts";

const none: readonly WindowEntry[] = [];
/** A list of so many is copied to hold one more. */
const few = 4;

export class EntryList {
  /** One entry stands for itself: most windows never have a second, and a list weighs as much as an entry. */
  #held: WindowEntry[] | WindowEntry | null;
  /** Those before it have gone. */
  #head = 0;

  constructor(entries: readonly WindowEntry[]) {
    this.#held = entries.length > 1 ? [...entries] : (entries[0] ?? null);
  }

  get length(): number {
    const held = this.#held;
    return Array.isArray(held) ? held.length - this.#head : held === null ? 0 : 1;
  }

  get first(): WindowEntry | undefined {
    const held = this.#held;
    return Array.isArray(held) ? held[this.#head] : (held ?? undefined);
  }

  get last(): WindowEntry | undefined {
    const held = this.#held;
    if (!Array.isArray(held)) return held ?? undefined;
    return this.length === 0 ? undefined : held.at(-1);
  }

  all(): readonly WindowEntry[] {
    this.#tidy();
    return this.#list;
  }

  /** At its place in the order of (t, id); returns those of the same time that stand behind it. */
  insert(entry: WindowEntry): readonly WindowEntry[] {
    const { first } = this;
    if (first === undefined) {
      this.#held = entry;
      this.#head = 0;
      return none;
    }
    if (entry.t < first.t) this.#tidy();
    const list = this.#list;
    this.#held = list;
    const end = this.#indexAfter(entry.t);
    let at = end;
    while (at > this.#head && list[at - 1]!.t === entry.t && list[at - 1]!.id > entry.id) at -= 1;
    if (at === list.length) {
      // Pushed to, a list makes room for sixteen more.
      if (at < few) this.#held = [...list, entry];
      else list.push(entry);
      return none;
    }
    const behind = at === end ? none : list.slice(at, end);
    list.splice(at, 0, entry);
    return behind;
  }

  /** Those older than `t` go; `gone` is told of each. */
  dropBefore(t: number, gone: (entry: WindowEntry) => void): void {
    for (let { first } = this; first !== undefined && first.t < t; first = this.first) {
      gone(first);
      if (Array.isArray(this.#held)) this.#head += 1;
      else this.#held = null;
    }
    if (this.#head > this.#list.length / 8) this.#tidy();
  }

  keep(stays: (entry: WindowEntry) => boolean): void {
    this.#held = this.all().filter(stays);
  }

  /** Those in [from, to], both ends included. */
  between(from: number, to: number): readonly WindowEntry[] {
    return this.#list.slice(this.#indexAfter(from - 1), this.#indexAfter(to));
  }

  count(from: number, to: number): number {
    return Math.max(0, this.#indexAfter(to) - this.#indexAfter(from - 1));
  }

  /** Distinct times in [from, to], ascending. */
  times(from: number, to: number): readonly number[] {
    const list = this.#list;
    const times: number[] = [];
    for (let index = this.#indexAfter(from - 1); index < list.length; index += 1) {
      const { t } = list[index]!;
      if (t > to) break;
      if (times.at(-1) !== t) times.push(t);
    }
    return times;
  }

  /** The first time after `t`. */
  timeAfter(t: number): number | undefined {
    return this.#list[this.#indexAfter(t)]?.t;
  }

  get #list(): WindowEntry[] {
    const held = this.#held;
    return Array.isArray(held) ? held : held === null ? [] : [held];
  }

  #tidy(): void {
    if (this.#head === 0) return;
    this.#list.splice(0, this.#head);
    this.#head = 0;
  }

  /** First index whose entry is after `t`. */
  #indexAfter(t: number): number {
    const list = this.#list;
    let low = this.#head;
    let high = list.length;
    if (high > low && list[high - 1]!.t <= t) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (list[middle]!.t <= t) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
