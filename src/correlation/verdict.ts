/** What the judge says: an alert opened, went on, or closed. Plain data; the alerts room makes records of it. */
import type { Rule } from "../rules/rule.ts";
import type { EpisodeEvent } from "./episode.ts";

export interface VerdictCondition {
  readonly name: string;
  readonly value: string;
  readonly operator: string | null;
  readonly threshold: number | null;
  readonly met: boolean;
  readonly phrase: string;
}

export interface Verdict {
  readonly status: "open" | "update" | "closed";
  readonly rule: Rule;
  /** Encoded group key, e.g. `container=3f2a…`. */
  readonly groupKey: string;
  readonly group: Readonly<Record<string, string>>;
  /** The alert's id. */
  readonly id: string;
  readonly revision: number;
  readonly openedAt: number;
  readonly lastSeen: number;
  readonly closedAt: number | null;
  /** Id of the alert that goes on, where two were joined. */
  readonly mergedInto: string | null;
  readonly count: number;
  readonly evidence: readonly EpisodeEvent[];
  readonly conditions: readonly VerdictCondition[];
  readonly entities: Readonly<Record<string, string>>;
  readonly late: boolean;
  readonly gap: boolean;
  readonly rebuilt: boolean;
  /** One of an alert storm: readers are told, people only how many there were. */
  readonly muted: boolean;
  /** Event time at which the rule came, where it was younger than its window when the alert opened. */
  readonly ruleSince?: number;
}
