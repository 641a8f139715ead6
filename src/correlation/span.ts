/** Small helpers over a condition's span of a window. */
import type { Span } from "../rules/condition-type.ts";

/** Indexes of the `count` newest entries. */
export function newest(span: Span, count: number): ReadonlySet<number> {
  const kept = new Set<number>();
  for (let index = Math.max(span.start, span.end - count); index < span.end; index += 1) kept.add(index);
  return kept;
}

/** First index whose time is not before `t`. */
export function lowerBound(times: readonly number[], t: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! < t) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** First index whose time is after `t`. */
export function upperBound(times: readonly number[], t: number): number {
  const last = times.length - 1;
  // In-order input asks for the end of the list nearly always.
  if (last < 0 || times[last]! <= t) return last + 1;
  return lowerBound(times, t + 1);
}
