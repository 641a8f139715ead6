/**
 * `event_sequence`: different events fill the steps in order of event time, equal times in any order; `within` bounds
 * each hop.
 *
 * An event's mark is the set of steps it can fill, as a bit mask. `holds` walks the span once, instant by instant, and
 * keeps for each number of filled steps the latest time at which it was reached: a later one can only make the next hop
 * shorter, so nothing else need be remembered.
 */
import { z } from "zod";
import type { ConditionType, Span } from "../rules/condition-type.ts";
import type { Predicate } from "../rules/predicate/compile-predicate.ts";

const step = z.union([
  z.string().min(1),
  z.strictObject({ where: z.unknown(), runs: z.number().int().positive().max(30).default(1) }),
]);

const options = z.strictObject({
  sequence: z.array(step).min(1).max(30),
  within: z.string().optional(),
});

const maxSteps = 30;

export const eventSequence: ConditionType<z.infer<typeof options>> = {
  type: "event_sequence",
  options,
  compile({ sequence, within }, context) {
    const predicates: Predicate[] = [];
    const labels: string[] = [];
    for (const [index, each] of sequence.entries()) {
      const where = typeof each === "string" ? { type: each } : each.where;
      const path = typeof each === "string" ? ["sequence", index] : ["sequence", index, "where"];
      const predicate = context.predicateAt(path, where);
      if (predicate === null) return null;
      const runs = typeof each === "string" ? 1 : each.runs;
      for (let run = 0; run < runs; run += 1) predicates.push(predicate);
      labels.push((typeof each === "string" ? each : labelOf(where)) + (runs > 1 ? ` × ${runs}` : ""));
    }
    if (predicates.length > maxSteps) {
      context.fault(
        ["sequence"],
        "too-long",
        `a sequence has at most ${maxSteps} steps, runs counted: this has ${predicates.length}`,
      );
      return null;
    }
    const hop = within === undefined ? Number.POSITIVE_INFINITY : context.duration(["within"], within);
    if (hop === null) return null;
    const { predicate: common } = context;
    const steps = predicates.length;
    return {
      name: context.name,
      type: "event_sequence",
      kind: "helped",
      operator: null,
      threshold: null,
      types: predicates.every(({ types }) => types !== null)
        ? [...new Set(predicates.flatMap(({ types }) => types!))]
        : null,
      mark: (event) => {
        let mask = 0;
        for (let index = 0; index < steps; index += 1) {
          if (predicates[index]!.test(event)) mask |= 1 << index;
        }
        return mask !== 0 && (common === null || common.test(event)) ? mask : undefined;
      },
      holds: (span) => filled(span, steps, hop) === steps,
      measure: (span) => `${filled(span, steps, hop)}/${steps}`,
      phrase: (value) =>
        value === `${steps}/${steps}` ? labels.join(" → ") : `${labels.join(" → ")} (${value})`,
      keep: (span) => decisive(span, steps, hop),
    };
  },
};

/** The highest number of steps, from the first on, that the span fills in order. */
function filled({ times, marks, start, end }: Span, steps: number, hop: number): number {
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
function decisive({ times, marks, start, end }: Span, steps: number, hop: number): ReadonlySet<number> {
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
function matched(masks: readonly number[], from: number, steps: number): readonly (readonly number[])[] {
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

function labelOf(where: unknown): string {
  if (where !== null && typeof where === "object" && "type" in where && typeof where.type === "string")
    return where.type;
  return JSON.stringify(where);
}
