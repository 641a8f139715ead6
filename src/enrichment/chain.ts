/** The enrichers in their order, as one function from event to event. Without enrichers the event passes as it is. */
import type { SecurityEvent } from "../events/security-event.ts";
import type { Enricher, TableChange } from "./enricher.ts";

/** `changes` takes up what the event taught; absent: nobody else is to know. */
export type EnrichmentChain = (event: SecurityEvent, changes?: TableChange[]) => SecurityEvent;

export function enrichmentChain(enrichers: readonly Enricher[]): EnrichmentChain {
  const learning = enrichers.filter(({ learn }) => learn !== undefined);
  return (event, changes) => {
    for (const enricher of learning) {
      const learnt = enricher.learn!(event);
      if (learnt.length > 0) changes?.push(...learnt);
    }
    let current = event;
    for (const { name, replaces = [], enrich } of enrichers) {
      const context = enrich(current);
      if (context === null) continue;
      const enrichment = { ...context, ...current.enrichment };
      for (const key of [name, ...replaces]) if (context[key] !== undefined) enrichment[key] = context[key];
      current = { ...current, enrichment };
    }
    return current;
  };
}
