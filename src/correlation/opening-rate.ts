/**
 * Bounds how many alerts one rule opens in a minute of event time: of an alert storm the first ones are written, the
 * others only counted. Kept in memory: an owner that takes the partition over counts anew.
 */
import type { Rule } from "../rules/rule.ts";

const minute = 60_000;
/** Minutes of a rule that are remembered: as far back as late events reach in common practice. */
const keptMinutes = 64;

export class OpeningRate {
  readonly #most: number;
  readonly #opened = new Map<Rule, Map<number, number>>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Counts one more alert, opened at this event time (epoch milliseconds); false: one too many. */
  admits(rule: Rule, openedAt: number): boolean {
    if (this.#most === Number.POSITIVE_INFINITY) return true;
    const minutes = this.#opened.get(rule) ?? new Map<number, number>();
    this.#opened.set(rule, minutes);
    const at = Math.floor(openedAt / minute);
    const count = (minutes.get(at) ?? 0) + 1;
    minutes.set(at, count);
    if (minutes.size > keptMinutes) minutes.delete(Math.min(...minutes.keys()));
    return count <= this.#most;
  }
}
