/**
 * Why a sequence is not whole. The very function that judges is asked again, with one demand after the other left out:
 * the one without which more steps are filled is the reason. How much was missing comes from asking it of beginnings of
 * the span.
 */
import { formatDuration } from "../events/duration.ts";
import type { Span } from "../rules/condition-type.ts";

export interface JudgedSequence {
  readonly span: Span;
  /** One for each step. */
  readonly labels: readonly string[];
  /** `within`, milliseconds. */
  readonly hop: number;
  /** Steps filled in order. */
  filled(span: Span, hop: number): number;
  /** What is forbidden, each with the steps filled were it allowed. Absent: nothing is. */
  readonly forbidden?: readonly Forbidden[];
  /** Likewise were nothing forbidden behind the last step. */
  filledBefore?(span: Span): number;
  /** Likewise where join keys do not matter. */
  withoutKeys?(span: Span): number;
}

interface Forbidden {
  readonly label: string;
  filledWithout(span: Span): number;
}

export function sequenceReason(sequence: JudgedSequence): string {
  const { span, labels, hop } = sequence;
  const reached = sequence.filled(span, hop);
  const step = `step ${reached + 1} (${labels[reached] ?? "the end"}) not reached`;
  if (sequence.filled(span, Number.POSITIVE_INFINITY) > reached) {
    return `${step}: ${clock(shortestHop(sequence, reached))} > within ${formatDuration(hop)}`;
  }
  const forbidden = sequence.forbidden?.find(({ filledWithout }) => filledWithout(span) > reached);
  if (forbidden !== undefined) {
    return sequence.filledBefore?.(span) === labels.length
      ? `all steps reached, but ${forbidden.label}, which must not follow, did`
      : `${step}: ${forbidden.label}, which must not be there, came before it`;
  }
  if (sequence.withoutKeys !== undefined && sequence.withoutKeys(span) > reached) {
    return `${step}: its events carry other values of by`;
  }
  return `${step}: no such event${reached === 0 ? "" : ` after step ${reached}`} in the window`;
}

/** The shortest bound of a hop with which the step were reached: between the times of two events. */
function shortestHop({ span, filled }: JudgedSequence, reached: number): number {
  const { times, start, end } = span;
  const hops = new Set<number>();
  for (let later = start; later < end; later += 1) {
    for (let earlier = start; earlier < later; earlier += 1) hops.add(times[later]! - times[earlier]!);
  }
  const ascending = [...hops].sort((a, b) => a - b);
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (filled(span, ascending[middle]!) > reached) high = middle;
    else low = middle + 1;
  }
  return ascending[low] ?? Number.POSITIVE_INFINITY;
}

/** 310000 → `00:05:10`, with milliseconds where there are any. */
function clock(ms: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  const rest = ms % 1_000;
  const fraction = rest === 0 ? "" : `.${String(rest).padStart(3, "0")}`;
  return `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1_000) % 60)}${fraction}`;
}
