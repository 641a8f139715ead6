/**
 * Keeps raw partitions that one process reads from drifting apart while it catches up: it saves memory in the windows
 * downstream, nothing else depends on it. A partition waits when it is ahead of the slowest by more than `maxSkewMs` of
 * event time *and* has read more than `maxRecords` since it got ahead; none waits for one that stands at its end.
 */
export interface AlignmentState {
  readonly partition: number;
  /** Event time reached; null: nothing read yet. */
  readonly time: number | null;
  readonly recordsRead: number;
  readonly atEnd: boolean;
}

export class Alignment {
  readonly #maxSkewMs: number;
  readonly #maxRecords: number;
  /** Records read at the moment a partition got ahead. */
  readonly #aheadSince = new Map<number, number>();

  constructor(maxSkewMs: number, maxRecords = 50_000) {
    this.#maxSkewMs = maxSkewMs;
    this.#maxRecords = maxRecords;
  }

  /** The partitions that should wait now. */
  waiting(states: readonly AlignmentState[]): ReadonlySet<number> {
    const behind = states.filter(({ atEnd, time }) => !atEnd && time !== null).map(({ time }) => time!);
    const slowest = Math.min(...behind);
    const waiting = new Set<number>();
    for (const { partition, time, recordsRead } of states) {
      if (time === null || time <= slowest + this.#maxSkewMs) {
        this.#aheadSince.delete(partition);
        continue;
      }
      const since = this.#aheadSince.get(partition) ?? recordsRead;
      this.#aheadSince.set(partition, since);
      if (recordsRead - since > this.#maxRecords) waiting.add(partition);
    }
    return waiting;
  }
}
