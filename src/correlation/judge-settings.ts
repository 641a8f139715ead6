import type { Rule } from "../rules/rule.ts";
import type { Episode } from "./episode.ts";

/** How the judge waits, speaks and bounds itself. */
export interface JudgeSettings {
  /** Milliseconds a partition waits for events out of order. */
  readonly allowedLateness: number;
  /** Least event time between two update records of an alert, milliseconds. */
  readonly updateInterval: number;
  readonly maxEvidence: number;
  /** Bound of a window's entries; see compact-window.ts. */
  readonly maxEvents: number;
  /** Live groups of one rule, at most; absent: any number. See live-groups.ts. */
  readonly maxGroups?: number;
  /** Alerts that one rule opens in a minute of event time, at most; the others are only counted. Absent: any number. */
  readonly maxAlertsPerMinute?: number;
  /** Whether an alert of the rule that opened at this event time is one that is spoken of. */
  readonly admits?: (rule: Rule, openedAt: number) => boolean;
  /** Event time at which a rule came whose windows have not filled yet; undefined, or absent: they have. */
  readonly ruleSince?: (rule: Rule) => number | undefined;
  /** Whether sensors lost events in [from, to] on the node (undefined: on any); absent: nobody tells of it. */
  readonly lost?: (from: number, to: number, node: string | undefined) => boolean;
  /** Set while lost state is being rebuilt from the log. */
  readonly rebuilding?: Rebuilding;
  /** Of rules that read others' alerts, see delays.ts; absent: there are none. */
  readonly delays?: ReadonlyMap<Rule, number>;
}

/** What is known of alerts whose state was lost: out of the alerts topic. */
export interface Rebuilding {
  /** The alert was raised before: it is no news. */
  knows(alertId: string): boolean;
  /** An alert of the group near this time, to be gone on with; undefined: none. */
  alertNear(rule: Rule, groupKey: string, t: number): Episode | undefined;
  /**
   * Event time from which on the log that is read again has every event; windows that reach back beyond it are not whole.
   * What they seem to open would have been raised before, so it is not. Negative infinity: nothing is missing, or nobody
   * knows where.
   */
  readonly completeFrom: number;
}

/** How much a rule waits for events out of order; rules can only shorten the partition's lateness. */
export function latenessOf(rule: Rule, settings: JudgeSettings): number {
  return rule.lateness === null
    ? settings.allowedLateness
    : Math.min(rule.lateness, settings.allowedLateness);
}

/** How far behind event time the rule decides, milliseconds. */
export function delayOf(rule: Rule, settings: JudgeSettings): number {
  return settings.delays?.get(rule) ?? latenessOf(rule, settings);
}
