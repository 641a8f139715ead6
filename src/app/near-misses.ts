/**
 * The instants at which a rule came closest to being satisfied and was not. Of a run of instants that are at most a
 * window apart only the best is told.
 */
import type { GroupWindow } from "../correlation/group-window.ts";
import { measures, satisfied } from "../correlation/satisfied.ts";
import { onlyNegated } from "../rules/expression.ts";

export interface NearMiss {
  readonly t: number;
  /** Conditions that did as the rule wants, time patterns not counted. */
  readonly met: number;
  /** Those of them that held: what is only to be absent brings nobody closer. */
  readonly held: number;
  /** 0 to 1: how far those that did not hold had come, on average. */
  readonly progress: number;
}

/** Closest first; instants at which no condition held at all are none. `alerts`: spans already told of. */
export function nearMisses(
  window: GroupWindow,
  alerts: readonly { readonly openedAt: number; readonly lastSeen: number }[],
): readonly NearMiss[] {
  const { rule } = window;
  const inAlert = (t: number): boolean =>
    alerts.some(({ openedAt, lastSeen }) => t >= openedAt - rule.window && t <= lastSeen + rule.window);
  const misses = instantsOf(window)
    .filter((t) => !inAlert(t) && !satisfied(window, t))
    .map((t) => missAt(window, t))
    .filter(({ held, progress }) => held > 0 || progress > 0);
  return bestOfRuns(misses, rule.window).toSorted(closestFirst);
}

/** The instants at which the rule is judged. */
function instantsOf(window: GroupWindow): readonly number[] {
  const { rule } = window;
  const times = window.allTimesBetween(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  if (rule.judged === "deadline") return times.map((t) => t + rule.window);
  if (rule.judged !== "each") return times;
  return [...new Set(times.map((t) => (Math.floor(t / rule.window) + 1) * rule.window))];
}

function missAt(window: GroupWindow, t: number): NearMiss {
  const { conditions, expression } = window.rule;
  const denied = onlyNegated(expression);
  const values = measures(window, t);
  // A time pattern by itself is no step towards an alert.
  const telling = conditions
    .map(({ kind, threshold }, index) => ({ kind, threshold, negated: denied.has(index), ...values[index]! }))
    .filter(({ kind }) => kind !== "instant");
  const unmet = telling.filter(({ met, negated }) => met === negated);
  const sum = unmet.reduce(
    (total, { threshold, value, negated }) => total + (negated ? 0 : progressOf(threshold, value)),
    0,
  );
  return {
    t,
    met: telling.length - unmet.length,
    held: telling.filter(({ met, negated }) => met && !negated).length,
    progress: unmet.length === 0 ? 1 : sum / unmet.length,
  };
}

/** `3` of a threshold of 5, `2/3` steps. */
function progressOf(threshold: number | null, value: string): number {
  const steps = /^(\d+)\/(\d+)$/.exec(value);
  if (steps !== null) return Number(steps[1]) / Number(steps[2]);
  const actual = Number(value);
  if (threshold === null || threshold === 0 || !Number.isFinite(actual)) return 0;
  return Math.min(1, Math.max(0, actual / threshold));
}

function bestOfRuns(misses: readonly NearMiss[], window: number): readonly NearMiss[] {
  const best: NearMiss[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const miss of misses) {
    const goesOn = miss.t - last <= window && best.length > 0;
    last = miss.t;
    if (!goesOn) best.push(miss);
    // Of equals the last: it has seen most.
    else if (closeness(miss, best.at(-1)!) <= 0) best[best.length - 1] = miss;
  }
  return best;
}

/** Below 0: `a` came closer. */
function closeness(a: NearMiss, b: NearMiss): number {
  return b.met - a.met || b.progress - a.progress;
}

function closestFirst(a: NearMiss, b: NearMiss): number {
  return closeness(a, b) || a.t - b.t;
}
