/** What an enricher tells of its work; counts by step, since one call for each event would cost as much as reading it. */
export interface EnrichObserver {
  events(source: string, count: number): void;
  forwarded(kind: "primary" | "copy" | "control", count: number): void;
  withheld(count: number): void;
  dead(reason: string): void;
  /** An entry of a table that the log refuses; others do not hear of it. */
  refusedChange(key: string, reason: string): void;
}
