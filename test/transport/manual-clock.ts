import type { Clock } from "../../src/clock.ts";

interface Alarm {
  readonly at: number;
  readonly ring: () => void;
}

/** A clock that stands still until `advance`. */
export class ManualClock implements Clock {
  #time = 1_000_000;
  readonly #alarms = new Set<Alarm>();
  /** Every `sleep` asked for, in order: what a test says about delays. */
  readonly sleeps: number[] = [];

  now(): number {
    return this.#time;
  }

  monotonic(): number {
    return this.#time;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.sleeps.push(ms);
    return new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const cancel = this.#ring(ms, resolve);
      signal?.addEventListener("abort", () => {
        cancel();
        resolve();
      });
    });
  }

  every(ms: number, task: () => void): () => void {
    let cancel = () => {};
    const again = () => {
      cancel = this.#ring(ms, () => {
        again();
        task();
      });
    };
    again();
    return () => cancel();
  }

  /** Moves on and rings what is due, in order of time. */
  advance(ms: number): void {
    const end = this.#time + ms;
    for (;;) {
      const due = [...this.#alarms].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#alarms.delete(due);
      this.#time = Math.max(this.#time, due.at);
      due.ring();
    }
    this.#time = end;
  }

  #ring(ms: number, ring: () => void): () => void {
    const alarm = { at: this.#time + ms, ring };
    this.#alarms.add(alarm);
    return () => this.#alarms.delete(alarm);
  }
}
