/**
 * Group commit: what was judged and gave rise to nothing may wait in memory, so that one apply serves many small slices. It
 * is in no danger: the store's offset stands before it, and whoever owns the partition next judges it again.
 */

export interface PutOffLimits {
  /** Records, at most. */
  readonly maxRecords: number;
  /** Milliseconds since the first of them; 0: nothing is put off. */
  readonly maxMs: number;
}

export class PutOff {
  readonly #limits: PutOffLimits;
  #records = 0;
  /** Monotonic time of the first; null: there is none. */
  #since: number | null = null;

  constructor(limits: PutOffLimits) {
    this.#limits = limits;
  }

  get none(): boolean {
    return this.#since === null;
  }

  /** Takes note of records judged at `now` (monotonic); false: it is enough, or too long ago. */
  add(records: number, now: number): boolean {
    this.#records += records;
    this.#since ??= now;
    const { maxRecords, maxMs } = this.#limits;
    return this.#records < maxRecords && now - this.#since < maxMs;
  }

  /** All is applied, or lost with the claim. */
  clear(): void {
    this.#records = 0;
    this.#since = null;
  }
}
