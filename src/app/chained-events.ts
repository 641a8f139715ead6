/**
 * What a verdict means to rules that group by something else (design: rules over rules): events for the groups that read
 * it, written to the enriched topic under their keys. At most one for each record of the alert, exact at its close. A rule
 * that is in force no longer tells nobody.
 */
import { producedEvents, producedIds } from "../correlation/produced-events.ts";
import type { Verdict } from "../correlation/verdict.ts";
import { sameGroups } from "../rules/chains.ts";
import { placesOf, type RuleSet, windowName } from "../rules/rule-set.ts";
import type { ChainedEvent } from "./outbox.ts";

export function chainedEvents(verdict: Verdict, { chains, byWindowName }: RuleSet): readonly ChainedEvent[] {
  const { rule, group, groupKey, mergedInto } = verdict;
  if (rule.stateless !== true && !byWindowName.has(windowName(rule))) return [];
  const readers = chains.readersOf(rule);
  if (readers.length === 0) return [];
  const gone = mergedInto === null ? new Set<string>() : new Set(producedIds(rule, verdict.id));
  const byPlace = new Map<string, ChainedEvent>();
  for (const { event, until } of producedEvents(rule, group, verdict)) {
    for (const reader of readers) {
      for (const { group: place } of placesOf(reader, event)) {
        // Readers in the alert's own group have been told.
        if (place.key === groupKey && sameGroups(reader, rule)) continue;
        byPlace.set(`${event.id} ${place.key}`, {
          event,
          key: place.key,
          level: chains.levelOf(rule),
          until: gone.has(event.id) ? null : until,
        });
      }
    }
  }
  return [...byPlace.values()];
}
