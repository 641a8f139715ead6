/** The enrichers in their order, as one function from event to event. Without enrichers the event passes as it is. */
import type { JsonMap, JsonValue, SecurityEvent } from "../events/security-event.ts";
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
    let enriched: SecurityEvent | null = null;
    let enrichment: Record<string, JsonValue> = {};
    for (const { name, replaces, enrich } of enrichers) {
      const context = enrich(enriched ?? event);
      if (context === null) continue;
      if (enriched === null) {
        enrichment = { ...event.enrichment };
        enriched = { ...event, enrichment };
      }
      take(enrichment, context, (key) => key === name || replaces?.includes(key) === true);
    }
    return enriched ?? event;
  };
}

/** What the event brought along stays, but for what is the enricher's own. */
function take(
  enrichment: Record<string, JsonValue>,
  context: JsonMap,
  isItsOwn: (key: string) => boolean,
): void {
  for (const key of Object.keys(context)) {
    const value = context[key];
    if (value !== undefined && (!Object.hasOwn(enrichment, key) || isItsOwn(key))) enrichment[key] = value;
  }
}
