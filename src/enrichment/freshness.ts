/** How far a table can be trusted: read to its end, still being read, or not read on for too long. */
export type Freshness = "current" | "loading" | "stale";

/** Of tables that nobody feeds from outside. */
export const alwaysCurrent = (): Freshness => "current";
