/**
 * How far rules of each level have been decided on every enriched partition (design: rules over rules). What rules of
 * level k−1 produce may come from any partition, so a rule of level k waits for the slowest of them. Times only rise; a
 * partition nobody has heard of holds all back.
 */
export interface LevelRecord {
  readonly partition: number;
  /** By level, epoch milliseconds; null: not yet. */
  readonly times: readonly (number | null)[];
}

export class LevelProgress {
  readonly #partitions: number;
  readonly #times: Map<number, number[]>;

  constructor(partitions: number, records: readonly LevelRecord[] = []) {
    this.#partitions = partitions;
    this.#times = new Map();
    for (const record of records) this.take(record);
  }

  /** Takes up what a partition says of itself. */
  take({ partition, times }: LevelRecord): void {
    const known = this.#times.get(partition) ?? [];
    for (const [level, time] of times.entries()) {
      known[level] = Math.max(known[level] ?? Number.NEGATIVE_INFINITY, time ?? Number.NEGATIVE_INFINITY);
    }
    this.#times.set(partition, known);
  }

  /** The time up to which rules of the level are decided everywhere. */
  reached(level: number): number {
    if (this.#times.size < this.#partitions) return Number.NEGATIVE_INFINITY;
    let least = Number.POSITIVE_INFINITY;
    for (const times of this.#times.values())
      least = Math.min(least, times[level] ?? Number.NEGATIVE_INFINITY);
    return least;
  }

  records(): readonly LevelRecord[] {
    return [...this.#times].map(([partition, times]) => ({
      partition,
      times: times.map((time) => (Number.isFinite(time) ? time : null)),
    }));
  }
}
