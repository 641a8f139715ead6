/**
 * Groups by the event time at which they must be looked at: a binary heap with lazy removal. Equal times stand in the
 * order of their keys, so that what is decided at one watermark comes out in one order, whoever decides it.
 */
export interface DueItem {
  readonly at: number;
  readonly key: string;
}

export class DueQueue {
  #heap: DueItem[] = [];

  get size(): number {
    return this.#heap.length;
  }

  push(item: DueItem): void {
    const heap = this.#heap;
    heap.push(item);
    let child = heap.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!before(heap[child]!, heap[parent]!)) break;
      swap(heap, child, parent);
      child = parent;
    }
  }

  /** The earliest item strictly before `time`, removed; undefined: none. */
  popBefore(time: number): DueItem | undefined {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined || first.at >= time) return undefined;
    const last = heap.pop()!;
    if (heap.length > 0) {
      heap[0] = last;
      this.#sink(0);
    }
    return first;
  }

  /** Forgets the items that `keep` refuses. */
  prune(keep: (item: DueItem) => boolean): void {
    this.#heap = this.#heap.filter(keep);
    for (let index = this.#heap.length >> 1; index >= 0; index -= 1) this.#sink(index);
  }

  #sink(from: number): void {
    const heap = this.#heap;
    let parent = from;
    while (true) {
      const left = 2 * parent + 1;
      let smallest = parent;
      if (left < heap.length && before(heap[left]!, heap[smallest]!)) smallest = left;
      if (left + 1 < heap.length && before(heap[left + 1]!, heap[smallest]!)) smallest = left + 1;
      if (smallest === parent) return;
      swap(heap, parent, smallest);
      parent = smallest;
    }
  }
}

function before(a: DueItem, b: DueItem): boolean {
  return a.at < b.at || (a.at === b.at && a.key < b.key);
}

function swap(heap: DueItem[], a: number, b: number): void {
  const kept = heap[a]!;
  heap[a] = heap[b]!;
  heap[b] = kept;
}
