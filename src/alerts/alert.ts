/** The alert record, as written to the alerts topic (`schemas/alert.avsc` has the same shape). */
import type { Severity } from "../events/severity.ts";

export type AlertStatus = "open" | "update" | "closed";

export interface AlertRule {
  readonly id: string;
  readonly name: string;
  /** Hash of the rule's text, short. */
  readonly version: string;
  readonly tags: readonly string[];
}

export interface AlertCondition {
  readonly name: string;
  /** The actual value when last judged, as text. */
  readonly value: string;
  readonly operator: string | null;
  readonly threshold: number | null;
  readonly met: boolean;
}

export interface EvidenceOrigin {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly index: number;
}

export interface Evidence {
  /** Event id. */
  readonly id: string;
  /** Event time, epoch milliseconds. */
  readonly timestamp: number;
  readonly type: string;
  readonly container_id: string | null;
  readonly origin: EvidenceOrigin | null;
}

export interface Alert {
  /** hash(rule id, hash of what decides, group, event that opened it). */
  readonly id: string;
  /** Rises with every record of this alert; (id, revision) fixes the content, readers ignore lower ones. */
  readonly revision: number;
  /** hash(rule id, group): the same for every episode of a rule in a group. */
  readonly fingerprint: string;
  readonly status: AlertStatus;
  /** Id of the alert that goes on, where two were joined. */
  readonly merged_into: string | null;
  readonly rule: AlertRule;
  readonly severity: Severity;
  /** Dimension, as written in the rule, to value. */
  readonly group: Readonly<Record<string, string>>;
  /** Event times, epoch milliseconds. */
  readonly opened_at: number;
  readonly last_seen: number;
  /** Set with status `closed`: last_seen + window. */
  readonly closed_at: number | null;
  readonly event_count: number;
  readonly conditions: readonly AlertCondition[];
  /** One sentence for a person. */
  readonly reason: string;
  readonly evidence: readonly Evidence[];
  readonly evidence_total: number;
  /** What the alert is about: container, pod, namespace, node, image, user … */
  readonly entities: Readonly<Record<string, string>>;
  /** Ids of the planned actions. */
  readonly actions: readonly string[];
  /** A late event took part. */
  readonly late: boolean;
  /** Opened while state was being rebuilt: its actions are not enforced. */
  readonly rebuilt: boolean;
  /** Sensors or the log lost events inside the window. */
  readonly gap: boolean;
  /** Raised by a rule in shadow mode. */
  readonly shadow: boolean;
  /** Watermark at which the rule was first known, where its windows had not filled yet; epoch milliseconds. */
  readonly rule_since: number | null;
}
