/**
 * Plain sequences: which steps the events of a span fill in order.
 *
 * `filled` walks the span once, instant by instant, and keeps for each number of filled steps the latest time at which
 * it was reached: a later one can only make the next hop shorter, so nothing else need be remembered.
 */
import type { Span } from "../rules/condition-type.ts";

/** The highest number of steps, from the first on, that the span fills in order. */
export function filled({ times, marks, start, end }: Span, steps: number, hop: number): number {
  /** reached[k]: latest time at which steps 1 … k stood filled; NaN: never. */
  const reached = new Array<number>(steps + 1).fill(Number.NaN);
  let best = 0;
  let at = start;
  while (at < end && best < steps) {
    const t = times[at]!;
    let next = at + 1;
    while (next < end && times[next] === t) next += 1;
    if (next === at + 1) {
      const mask = marks[at] as number;
      for (let k = Math.min(best, steps - 1); k >= 0; k -= 1) {
        if ((mask & (1 << k)) !== 0 && (k === 0 || t - reached[k]! <= hop)) {
          reached[k + 1] = t;
          if (k + 1 > best) best = k + 1;
        }
      }
    } else {
      const before = [...reached];
      for (let k = Math.min(best, steps - 1); k >= 0; k -= 1) {
        if (k > 0 && !(t - before[k]! <= hop)) continue;
        const more = matched(marks.slice(at, next) as number[], k, steps).length;
        for (let m = 1; m <= more; m += 1) reached[k + m] = t;
        if (k + more > best) best = k + more;
      }
    }
    at = next;
  }
  return best;
}

/** One way to fill the first so many steps, as far as later events care: when it began, when it was reached, by what. */
interface PartialSequence {
  readonly first: number;
  readonly last: number;
  readonly entries: readonly number[];
}

/**
 * The entries of which later events can still make a whole sequence: for each number of filled steps those of the
 * partial sequence that began last, and, where hops are bounded, of those that began earlier but were reached later.
 */
export function decisive(
  { times, marks, start, end }: Span,
  steps: number,
  hop: number,
): ReadonlySet<number> {
  const partials: PartialSequence[][] = Array.from({ length: steps + 1 }, () => []);
  let at = start;
  while (at < end) {
    const t = times[at]!;
    let next = at + 1;
    while (next < end && times[next] === t) next += 1;
    const masks = marks.slice(at, next) as number[];
    // Downwards, so that what this instant adds is not gone on from at this very instant: `matched` sees to that.
    for (let k = steps - 1; k >= 0; k -= 1) {
      const from =
        k === 0 ? [{ first: t, last: t, entries: [] }] : partials[k]!.filter(({ last }) => t - last <= hop);
      if (from.length === 0) continue;
      for (const [more, used] of matched(masks, k, steps).entries()) {
        const reached = k + more + 1;
        const onlyFirst = reached === steps || hop === Number.POSITIVE_INFINITY;
        for (const { first, entries } of from) {
          const added = { first, last: t, entries: [...entries, ...used.map((index) => at + index)] };
          partials[reached] = undominated(partials[reached]!, added, onlyFirst);
        }
      }
    }
    at = next;
  }
  return new Set(partials.flat().flatMap(({ entries }) => entries));
}

/** `added`, reached last of all, among the others, less those that it or others make superfluous. */
function undominated(
  others: readonly PartialSequence[],
  added: PartialSequence,
  onlyFirst: boolean,
): PartialSequence[] {
  const superfluous = others.some(
    ({ first, last }) => first >= added.first && (onlyFirst || last >= added.last),
  );
  return superfluous ? [...others] : [...others.filter(({ first }) => first > added.first), added];
}

/**
 * How many steps from `from` on the events of one instant fill, each event one step (bipartite matching): for one step,
 * two steps … the events that are taken.
 */
export function matched(
  masks: readonly number[],
  from: number,
  steps: number,
): readonly (readonly number[])[] {
  const takenBy = new Array<number>(masks.length).fill(-1);
  const assign = (stepIndex: number, visited: Set<number>): boolean => {
    for (let event = 0; event < masks.length; event += 1) {
      if ((masks[event]! & (1 << stepIndex)) === 0 || visited.has(event)) continue;
      visited.add(event);
      if (takenBy[event] === -1 || assign(takenBy[event]!, visited)) {
        takenBy[event] = stepIndex;
        return true;
      }
    }
    return false;
  };
  const taken: number[][] = [];
  while (from + taken.length < steps && assign(from + taken.length, new Set())) {
    taken.push(takenBy.flatMap((stepIndex, event) => (stepIndex === -1 ? [] : [event])));
  }
  return taken;
}
