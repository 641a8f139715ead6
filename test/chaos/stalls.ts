/**
 * How long partitions stood still: the time during which the committed offset of one did not move though there was
 * something to read. Looked at now and then, so what it tells is longer than the truth by up to one look.
 */
export interface Stall {
  readonly partition: number;
  /** On the clock of the looks, milliseconds. */
  readonly from: number;
  readonly to: number;
}

interface Standing {
  readonly committed: number;
  readonly since: number;
  /** Whether there was something to read at the last look. */
  readonly behind: boolean;
}

/** Shorter ones are the pace of the commits. */
const paceOfCommits = 500;

export class Stalls {
  readonly #standing = new Map<number, Standing>();
  readonly #over: Stall[] = [];
  readonly #shortest: number;
  #seen = 0;

  /** `shortest`: what does not last so long, milliseconds, is none. */
  constructor(shortest: number = paceOfCommits) {
    this.#shortest = shortest;
  }

  /** Offsets by partition; what nobody has committed yet stands at 0 or below. */
  look(at: number, committed: ReadonlyMap<number, number>, ends: ReadonlyMap<number, number>): void {
    this.#seen = at;
    for (const [partition, end] of ends) {
      const offset = Math.max(0, committed.get(partition) ?? 0);
      const known = this.#standing.get(partition);
      const stands = known !== undefined && offset <= known.committed && offset < end;
      if (known?.behind && !stands) this.#note({ partition, from: known.since, to: at });
      const since = stands
        ? { committed: known.committed, since: known.since }
        : { committed: offset, since: at };
      this.#standing.set(partition, { ...since, behind: offset < end });
    }
  }

  /** Those that are over, and those that last until the last look. */
  all(): readonly Stall[] {
    const lasting = [...this.#standing]
      .filter(([, { behind }]) => behind)
      .map(([partition, { since }]) => ({ partition, from: since, to: this.#seen }));
    return [...this.#over, ...lasting.filter((stall) => stall.to - stall.from >= this.#shortest)];
  }

  #note(stall: Stall): void {
    if (stall.to - stall.from >= this.#shortest) this.#over.push(stall);
  }
}
