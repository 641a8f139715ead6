/** The enrichers in their order, as one function from event to event. Without enrichers the event passes as it is. */
import type { SecurityEvent } from "../events/security-event.ts";
import type { Enricher } from "./enricher.ts";

export type EnrichmentChain = (event: SecurityEvent) => SecurityEvent;

export function enrichmentChain(enrichers: readonly Enricher[]): EnrichmentChain {
  return (event) => {
    let current = event;
    for (const enricher of enrichers) {
      const context = enricher.enrich(current);
      if (context !== null) current = { ...current, enrichment: { ...context, ...current.enrichment } };
    }
    return current;
  };
}
