/** The enrichers in their order, from event to event. Without enrichers the event passes as it is. */
import type { JsonMap, JsonValue, SecurityEvent } from "../events/security-event.ts";
import type { Enricher, TableChange } from "./enricher.ts";

export interface EnrichmentChain {
  /** Before `enrich`, of every event: what its tables took from it, which others should know. */
  learn(event: SecurityEvent): readonly TableChange[];
  /** The event with its context. */
  enrich(event: SecurityEvent): SecurityEvent;
  /** Both; `changes` takes up what was learnt. */
  pass(event: SecurityEvent, changes?: TableChange[]): SecurityEvent;
  readonly enrichers: readonly Enricher[];
}

const nothing: readonly TableChange[] = [];

export function enrichmentChain(enrichers: readonly Enricher[]): EnrichmentChain {
  const learning = enrichers.filter(({ learn }) => learn !== undefined);
  const learn = (event: SecurityEvent): readonly TableChange[] => {
    let changes = nothing;
    for (const enricher of learning) {
      const learnt = enricher.learn!(event);
      if (learnt.length > 0) changes = [...changes, ...learnt];
    }
    return changes;
  };
  const enrich = (event: SecurityEvent): SecurityEvent => {
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
  const pass = (event: SecurityEvent, changes?: TableChange[]): SecurityEvent => {
    const learnt = learn(event);
    changes?.push(...learnt);
    return enrich(event);
  };
  return { learn, enrich, pass, enrichers };
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
