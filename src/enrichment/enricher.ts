/**
 * One step of enrichment: adds context to an event, never changes what the producer said.
 *
 * An enricher is a pure function of the event and of its tables as they stand; a redelivered event gets the context of
 * the moment at which it is read again (enrichment is point-in-time). It never waits: what a table does not hold is said
 * to be missing.
 */
import type { JsonMap, JsonValue, SecurityEvent } from "../events/security-event.ts";

export interface Enricher {
  /** As the configuration names it; the name of its file, and of the key of `enrichment` that is its own. */
  readonly name: string;
  /** All keys that `enrich` may give. */
  readonly adds: readonly string[];
  /** Fields of `details` without any of which it gives nothing; absent: there are none. */
  readonly from?: readonly string[];
  /** Plain names whose value takes the place of what the event has; others stand in only. */
  readonly replaces?: readonly string[];
  /**
   * Takes out of the event what its tables lack, before any enricher looks at it, and says what others should know of it
   * too. A redelivered event teaches nothing new; a late one must not undo what a newer one taught.
   */
  learn?(event: SecurityEvent): readonly TableChange[];
  /**
   * Keys to add to `enrichment`; null: nothing to add. Its own key, in which it states source and age, takes the place
   * of one that a producer wrote; the plain names (`pod`, `user`, …) only stand in where the event has none.
   */
  enrich(event: SecurityEvent): JsonMap | null;
}

/** An entry of one of the compacted tables that all enrichers share. */
export interface TableChange {
  readonly table: TableName;
  readonly key: string;
  /** Null: the entry is gone. */
  readonly value: JsonValue;
}

export type TableName = "inventory" | "indicators" | "sessions";
