/**
 * One step of enrichment: adds context to an event, never changes what the producer said.
 *
 * An enricher is a pure function of the event and of its tables as they stand; a redelivered event gets the context of
 * the moment at which it is read again (enrichment is point-in-time).
 */
import type { JsonMap, SecurityEvent } from "../events/security-event.ts";

export interface Enricher {
  /** As the configuration names it; the name of its file. */
  readonly name: string;
  /** Keys to add to `enrichment`; null: nothing to add. Keys that are there already are kept. */
  enrich(event: SecurityEvent): JsonMap | null;
}
