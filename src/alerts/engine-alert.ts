/** Alerts of the engine about itself: what a detection may have missed is said where detections are read. */
import { createHash } from "node:crypto";
import { fingerprint } from "../correlation/alert-id.ts";
import type { Severity } from "../events/severity.ts";
import { safeLine } from "../safe-text.ts";
import type { Alert } from "./alert.ts";

export interface EngineFinding {
  /** E.g. `corral_log_gap`. */
  readonly rule: string;
  readonly name: string;
  readonly severity: Severity;
  readonly group: Readonly<Record<string, string>>;
  /** What tells this finding from another of its kind, e.g. offsets. */
  readonly identity: string;
  /** Event time, epoch milliseconds. */
  readonly at: number;
  readonly reason: string;
  /** What it is about in numbers, by name. */
  readonly figures?: Readonly<Record<string, number>>;
  /** Events (or groups) that it stands for; default: none. */
  readonly count?: number;
}

/** One record, closed at once: a finding does not go on. */
export function engineAlert(finding: EngineFinding): Alert {
  const { rule, name, severity, group, identity, at, reason, figures = {}, count = 0 } = finding;
  const key = JSON.stringify(Object.entries(group));
  return {
    id: createHash("sha256")
      .update(JSON.stringify([rule, key, identity]))
      .digest("hex")
      .slice(0, 32),
    revision: 1,
    fingerprint: fingerprint(rule, key),
    status: "closed",
    merged_into: null,
    rule: { id: rule, name, version: "engine", tags: [] },
    severity,
    group,
    opened_at: at,
    last_seen: at,
    closed_at: at,
    event_count: count,
    conditions: Object.entries(figures).map(([figure, value]) => ({
      name: figure,
      value: String(value),
      operator: null,
      threshold: null,
      met: true,
    })),
    reason: safeLine(reason),
    evidence: [],
    evidence_total: 0,
    entities: {},
    actions: [],
    late: false,
    rebuilt: false,
    gap: true,
    shadow: false,
    rule_since: null,
  };
}
