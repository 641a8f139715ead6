/**
 * Threat intelligence: looks up what an event holds in the table of indicators, at the event's own time.
 *
 * Under `indicators`: `status` (`hit`; `none`: nothing known; `loading`, `stale`: nothing found in a table that is not yet
 * whole, or could not be brought up to date for long), `source` (the table's topic), and `matches` (at most eight, the
 * most confident first, each with its feed and age). Plain names of the first match, for rules: `indicator` (its value),
 * `indicator_type` and `indicator_threat`. Nothing for an event that holds nothing that could be looked up.
 */
import type { JsonMap, JsonValue } from "../events/security-event.ts";
import type { Enricher } from "./enricher.ts";
import { eventObservables } from "./event-observables.ts";
import type { Freshness } from "./freshness.ts";
import { indicatorKey } from "./indicator.ts";
import type { IndicatorMatch, IndicatorTable } from "./indicator-table.ts";

export interface IndicatorsOptions {
  readonly table: Pick<IndicatorTable, "find">;
  /** Where the table comes from: the topic's name. */
  readonly source: string;
  readonly freshness: () => Freshness;
}

const mostMatches = 8;

export function indicators(options: IndicatorsOptions): Enricher {
  const { table, source, freshness } = options;
  const statusOf = (matches: readonly IndicatorMatch[]): string => {
    if (matches.length > 0) return "hit";
    const state = freshness();
    return state === "current" ? "none" : state;
  };
  return {
    name: "indicators",
    adds: ["indicators", "indicator", "indicator_type", "indicator_threat"],
    enrich: (event) => {
      const observables = eventObservables(event);
      if (observables.length === 0) return null;
      const matches = bestOf(
        observables.flatMap(({ type, value }) => table.find(type, value, event.timestamp)),
      );
      const known: Record<string, JsonValue> = { status: statusOf(matches), source };
      const [first] = matches;
      if (first === undefined) return { indicators: known };
      known.matches = matches.map((match) => matchOf(match, event.timestamp));
      return {
        indicators: known,
        indicator: first.value,
        indicator_type: first.type,
        ...(first.threat === null ? {} : { indicator_threat: first.threat }),
      };
    },
  };
}

/** The most confident first, each indicator once however often an event holds it. */
function bestOf(found: readonly IndicatorMatch[]): readonly IndicatorMatch[] {
  if (found.length === 0) return found;
  const each = new Map(found.toReversed().map((match) => [indicatorKey(match), match]));
  return [...each.values()]
    .reverse()
    .sort((a, b) => b.confidence - a.confidence)
    .slice(0, mostMatches);
}

function matchOf(match: IndicatorMatch, at: number): JsonMap {
  const { type, value, matched, feed, threat, confidence, tags, first_seen } = match;
  return {
    type,
    value,
    matched,
    feed,
    threat,
    confidence,
    tags,
    age_ms: first_seen === null ? null : at - first_seen,
  };
}
