/**
 * Windows that hold events which last (semantics 3): an alert, read by another rule, stands in every window that meets
 * its interval, counts once, and may fill a step of a sequence at any instant of it. Such windows are small, so what
 * point events answer by position is answered here by looking at all of them.
 */
import type { ConditionMark, Span } from "../rules/condition-type.ts";
import type { WindowEntry } from "../state/store.ts";

/** Times judged inside of one interval at most. */
const maxTimes = 1_000;

export function meets({ t, until }: WindowEntry, from: number, to: number): boolean {
  return t <= to && (until ?? t) >= from;
}

/**
 * What condition `index` sees of [from, to]. For a condition that asks for order, an event that lasts stands at each
 * instant that can matter: its ends within the window, and the times of the other events in between.
 */
export function lastingSpan(
  entries: readonly WindowEntry[],
  index: number,
  from: number,
  to: number,
  ordered: boolean,
): Span {
  const seen = entries.filter((entry) => (entry.marks[index] ?? null) !== null && meets(entry, from, to));
  const points = seen.flatMap((entry): { readonly t: number; readonly mark: ConditionMark }[] => {
    const mark = entry.marks[index]!;
    const [first, last] = [Math.max(entry.t, from), Math.min(entry.until ?? entry.t, to)];
    if (!ordered) return [{ t: last, mark }];
    const inside = seen.flatMap(({ t, until }) => [t, until ?? t]).filter((t) => t > first && t < last);
    return [...new Set([first, ...inside, last])].map((t) => ({ t, mark }));
  });
  points.sort((a, b) => a.t - b.t);
  return {
    times: points.map(({ t }) => t),
    marks: points.map(({ mark }) => mark),
    start: 0,
    end: points.length,
  };
}

/**
 * Event times in [from, to], ascending. Of an event that lasts its ends, the instants at which `others` are in the
 * window for the last time, and instants a window apart in between, so that what it satisfies all the time is one run.
 */
export function lastingTimes(
  entries: readonly WindowEntry[],
  from: number,
  to: number,
  window: number,
  others: readonly WindowEntry[] = entries,
): readonly number[] {
  const times = new Set<number>();
  const add = (t: number): void => {
    if (t >= from && t <= to) times.add(t);
  };
  for (const { t, until } of entries) {
    add(t);
    if (until === undefined) continue;
    add(until);
    if (window === 0) continue;
    for (const other of others) {
      const leaves = (other.until ?? other.t) + window;
      if (leaves > t && leaves < until) add(leaves);
    }
    for (let step = 1; step < maxTimes && t + step * window < until; step += 1) add(t + step * window);
  }
  return [...times].sort((a, b) => a - b);
}
