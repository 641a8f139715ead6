import type { Rule } from "../rules/rule.ts";

/** How the judge waits, speaks and bounds itself. */
export interface JudgeSettings {
  /** Milliseconds a partition waits for events out of order. */
  readonly allowedLateness: number;
  /** Least event time between two update records of an alert, milliseconds. */
  readonly updateInterval: number;
  readonly maxEvidence: number;
  /** Bound of a window's entries; see compact-window.ts. */
  readonly maxEvents: number;
}

/** How much a rule waits for events out of order; rules can only shorten the partition's lateness. */
export function latenessOf(rule: Rule, settings: JudgeSettings): number {
  return rule.lateness === null
    ? settings.allowedLateness
    : Math.min(rule.lateness, settings.allowedLateness);
}
