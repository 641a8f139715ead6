/** What the topic `indicators` holds, by feed and type. */
import type { Indicator, IndicatorType } from "../enrichment/indicator.ts";

export interface IndicatorCount {
  readonly feed: string;
  readonly type: IndicatorType;
  readonly indicators: number;
  /** Of these, valid at the instant. */
  readonly valid: number;
  /** Newest `first_seen`, epoch milliseconds. */
  readonly newest: number | null;
}

type Known = Pick<Indicator, "feed" | "type" | "valid_from" | "valid_until" | "first_seen">;

/** In order of feed, then type. */
export function indicatorStats(indicators: Iterable<Known>, at: number): readonly IndicatorCount[] {
  const counts = new Map<string, IndicatorCount>();
  for (const { feed, type, valid_from, valid_until, first_seen } of indicators) {
    const key = `${feed}\0${type}`;
    const before = counts.get(key) ?? { feed, type, indicators: 0, valid: 0, newest: null };
    const isValid = (valid_from ?? at) <= at && at < (valid_until ?? Number.POSITIVE_INFINITY);
    counts.set(key, {
      ...before,
      indicators: before.indicators + 1,
      valid: before.valid + (isValid ? 1 : 0),
      newest: first_seen === null ? before.newest : Math.max(first_seen, before.newest ?? first_seen),
    });
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
}
