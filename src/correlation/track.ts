/** The times and marks of the entries that are relevant to one condition, in order; the oldest go as in an EntryList. */
import type { Condition, ConditionMark, Span, Tally } from "../rules/condition-type.ts";
import type { WindowEntry } from "../state/store.ts";
import { lowerBound, upperBound } from "./span.ts";

/** From so many events on it pays to keep count. */
const long = 8;

export class Track {
  readonly #condition: Condition;
  readonly #index: number;
  #times: number[] = [];
  #marks: ConditionMark[] = [];
  /** Those before it have gone. */
  #head = 0;
  /** Once it is long, and the condition has one. */
  #tally: Tally | null = null;

  /** `index`: the condition's, in the rule and in the marks of entries. */
  constructor(condition: Condition, index: number, entries: readonly WindowEntry[]) {
    this.#condition = condition;
    this.#index = index;
    for (const { t, marks } of entries) {
      const mark = marks[index];
      if (mark === null || mark === undefined) continue;
      this.#times.push(t);
      this.#marks.push(mark);
    }
  }

  /** `behind`: entries of the same time that stand behind it. */
  insert({ t, marks }: WindowEntry, behind: readonly WindowEntry[]): void {
    const mark = marks[this.#index]!;
    if (mark === null) return;
    if (this.#head > 0 && t < this.#times[this.#head]!) this.#tidy();
    const place = upperBound(this.#times, t) - this.#markedIn(behind);
    if (place === this.#times.length) {
      this.#times.push(t);
      this.#marks.push(mark);
    } else {
      this.#times.splice(place, 0, t);
      this.#marks.splice(place, 0, mark);
    }
    this.#tally?.add(mark);
  }

  dropBefore(t: number): void {
    const times = this.#times;
    while (this.#head < times.length && times[this.#head]! < t) {
      this.#tally?.remove(this.#marks[this.#head]!);
      this.#head += 1;
    }
    if (this.#head > times.length / 8) this.#tidy();
  }

  /** [from, to], both ends included. */
  span(from: number, to: number): Span {
    const end = Math.max(this.#head, upperBound(this.#times, to));
    const start = Math.max(this.#head, lowerBound(this.#times, from));
    return { times: this.#times, marks: this.#marks, start, end };
  }

  /** False where the condition holds on no span of it. */
  mayHold(): boolean {
    if (this.#tally === null && this.#times.length - this.#head >= long) {
      this.#tally = this.#condition.tally?.() ?? null;
      for (let at = this.#head; at < this.#times.length; at += 1) this.#tally?.add(this.#marks[at]!);
    }
    return this.#tally?.mayHold() ?? true;
  }

  #markedIn(entries: readonly WindowEntry[]): number {
    let count = 0;
    for (const { marks } of entries) if (marks[this.#index] !== null) count += 1;
    return count;
  }

  #tidy(): void {
    if (this.#head === 0) return;
    this.#times.splice(0, this.#head);
    this.#marks.splice(0, this.#head);
    this.#head = 0;
  }
}
