/**
 * Sequences that join steps or forbid events between them.
 *
 * A mark is a list of parts, `<role><place>:<key>`: `s0` fills the first step, `n1` is forbidden between the first and the
 * second, `u0` ends a partial sequence. For each join key the span is walked once, instant by instant, with the partial
 * sequences that can still matter: of two with as many steps, one that neither began nor ended later is dropped.
 */
import type { ConditionMark, Span } from "../rules/condition-type.ts";
import { matched } from "./sequence-steps.ts";

export interface SequencePlan {
  /** Number of positive steps. */
  readonly steps: number;
  /** Per step whether it carries a join key. */
  readonly joined: readonly boolean[];
  /** Longest time between two steps, milliseconds. */
  readonly hop: number;
  readonly window: number;
}

export function partMark(role: string, place: number, key: string | null): string {
  return key === null ? `${role}${place}` : `${role}${place}:${key}`;
}

/** True where the event fills no step. */
export function isConsulted(mark: ConditionMark): boolean {
  return !(mark as readonly string[]).some((part) => part.startsWith("s"));
}

/** The span without what is forbidden, or without one kind of it: what a sequence would have been otherwise. */
export function withoutForbidden(span: Span, only?: { readonly role: string; readonly place: number }): Span {
  const stays = (part: string): boolean => {
    const { role, place } = parsePart(part);
    return role === "s" || (only !== undefined && (role !== only.role || place !== only.place));
  };
  return { ...span, marks: span.marks.map((mark) => (mark as readonly string[]).filter(stays)) };
}

/** The span with every join key the same. */
export function withoutKeys(span: Span): Span {
  const stripped = (part: string): string => part.split(":", 1)[0]!;
  return { ...span, marks: span.marks.map((mark) => (mark as readonly string[]).map(stripped)) };
}

export function unjoined(plan: SequencePlan): SequencePlan {
  return { ...plan, joined: plan.joined.map(() => false) };
}

/** A sequence on its way: `count` steps, the first at `began`, the last at `at`. */
interface Partial {
  readonly count: number;
  readonly began: number;
  readonly at: number;
}

/**
 * The highest number of steps filled in order by events from `from` on. With `trailing`, a complete sequence counts only
 * if nothing forbidden lies between its earliest completion and the end of the span.
 */
export function stepsFilled(span: Span, plan: SequencePlan, from: number, trailing: boolean): number {
  let best = 0;
  for (const key of joinKeys(span, plan)) {
    best = Math.max(best, walk(span, plan, from, key, trailing));
    if (best === plan.steps) break;
  }
  return best;
}

function walk(span: Span, plan: SequencePlan, from: number, key: string | null, trailing: boolean): number {
  const { steps, window } = plan;
  /** Latest event forbidden in each gap, before the instant at hand. */
  const forbidden = new Array<number>(steps + 1).fill(Number.NEGATIVE_INFINITY);
  let partials: Partial[] = [];
  let best = 0;
  let completed = Number.POSITIVE_INFINITY;
  for (const { t, masks, nots, ends } of instants(span, plan, key)) {
    if (t > completed && nots.includes(steps)) return steps - 1;
    if (completed === Number.POSITIVE_INFINITY && t >= from) {
      const begins = forbidden[0]! >= t - window ? [] : [{ count: 0, began: t, at: t }];
      for (const partial of [...begins, ...partials]) {
        const { count, at } = partial;
        if (count > 0 && (t - at > plan.hop || forbidden[count]! > at)) continue;
        const more = matched(masks, count, steps).length;
        for (let added = 1; added <= more; added += 1) {
          partials.push({ count: count + added, began: partial.began, at: t });
          best = Math.max(best, count + added);
        }
      }
      if (best === steps) completed = t;
      if (best === steps && !trailing) return steps;
      partials = worthKeeping(partials);
    }
    for (const gap of nots) forbidden[gap] = t;
    if (ends) partials = partials.filter(({ began }) => began >= t);
  }
  return best;
}

interface Instant {
  readonly t: number;
  /** Per event the steps it fills. */
  readonly masks: readonly number[];
  /** Gaps in which an event of this instant is forbidden. */
  readonly nots: readonly number[];
  /** An `until` event is here. */
  readonly ends: boolean;
}

function* instants(
  { times, marks, start, end }: Span,
  plan: SequencePlan,
  key: string | null,
): Generator<Instant> {
  for (let index = start; index < end; ) {
    const t = times[index]!;
    const masks: number[] = [];
    const nots: number[] = [];
    let ends = false;
    for (; index < end && times[index] === t; index += 1) {
      let mask = 0;
      for (const part of marks[index] as readonly string[]) {
        const { role, place, key: own } = parsePart(part);
        if (role === "u") ends = true;
        else if (own !== null && own !== key) continue;
        else if (role === "n") nots.push(place);
        else if (own !== null || !plan.joined[place]) mask |= 1 << place;
      }
      if (mask !== 0) masks.push(mask);
    }
    yield { t, masks, nots, ends };
  }
}

/** The join keys that occur on steps; null alone where no step joins. */
function joinKeys({ marks, start, end }: Span, plan: SequencePlan): ReadonlySet<string | null> {
  if (!plan.joined.includes(true)) return new Set([null]);
  const keys = new Set<string | null>();
  for (let index = start; index < end; index += 1) {
    for (const part of marks[index] as readonly string[]) {
      const { role, key } = parsePart(part);
      if (role === "s" && key !== null) keys.add(key);
    }
  }
  return keys;
}

export function parsePart(part: string): {
  readonly role: string;
  readonly place: number;
  readonly key: string | null;
} {
  const colon = part.indexOf(":");
  const place = Number(part.slice(1, colon < 0 ? undefined : colon));
  return { role: part[0]!, place, key: colon < 0 ? null : part.slice(colon + 1) };
}

/** Drops partials that another one with as many steps outlives in every way. */
function worthKeeping(partials: readonly Partial[]): Partial[] {
  const kept: Partial[] = [];
  const newestFirst = [...partials].sort((a, b) => b.at - a.at || b.began - a.began);
  for (const partial of newestFirst) {
    const outlived = kept.some(({ count, began }) => count === partial.count && began >= partial.began);
    if (!outlived) kept.push(partial);
  }
  return kept;
}
