/**
 * Groups by the event time at which they must be looked at: a binary heap with lazy removal. Equal times stand in the
 * order of their keys, so that what is decided at one watermark comes out in one order, whoever decides it.
 */
import type { WindowPlace } from "./window-key.ts";

export interface DueItem extends WindowPlace {
  readonly at: number;
}

export class DueQueue {
  /** Lists in step, since an object for each group would weigh three times as much. */
  #times: number[] = [];
  #names: string[] = [];
  #groups: string[] = [];

  get size(): number {
    return this.#times.length;
  }

  push({ at, name, group }: DueItem): void {
    this.#times.push(at);
    this.#names.push(name);
    this.#groups.push(group);
    let child = this.#times.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.#isBefore(child, parent)) break;
      this.#swap(child, parent);
      child = parent;
    }
  }

  /** The earliest item strictly before `time`, removed; undefined: none. */
  popBefore(time: number): DueItem | undefined {
    const [at] = this.#times;
    if (at === undefined || at >= time) return undefined;
    const first = this.#at(0);
    this.#swap(0, this.#times.length - 1);
    this.#times.pop();
    this.#names.pop();
    this.#groups.pop();
    this.#sink(0);
    return first;
  }

  /** Forgets the items that `keep` refuses. */
  prune(keep: (item: DueItem) => boolean): void {
    const items = this.#times.map((_, index) => this.#at(index)).filter(keep);
    this.#times = items.map(({ at }) => at);
    this.#names = items.map(({ name }) => name);
    this.#groups = items.map(({ group }) => group);
    for (let index = items.length >> 1; index >= 0; index -= 1) this.#sink(index);
  }

  #at(index: number): DueItem {
    return { at: this.#times[index]!, name: this.#names[index]!, group: this.#groups[index]! };
  }

  #sink(from: number): void {
    const { length } = this.#times;
    let parent = from;
    while (true) {
      const left = 2 * parent + 1;
      let smallest = parent;
      if (left < length && this.#isBefore(left, smallest)) smallest = left;
      if (left + 1 < length && this.#isBefore(left + 1, smallest)) smallest = left + 1;
      if (smallest === parent) return;
      this.#swap(parent, smallest);
      parent = smallest;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [first, second] = [this.#times[a]!, this.#times[b]!];
    if (first !== second) return first < second;
    const [name, other] = [this.#names[a]!, this.#names[b]!];
    return name === other ? this.#groups[a]! < this.#groups[b]! : name < other;
  }

  #swap(a: number, b: number): void {
    swap(this.#times, a, b);
    swap(this.#names, a, b);
    swap(this.#groups, a, b);
  }
}

function swap<T>(list: T[], a: number, b: number): void {
  const kept = list[a]!;
  list[a] = list[b]!;
  list[b] = kept;
}
