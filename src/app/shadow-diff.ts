/** How what rules in shadow mode find differs from what the live rules of the same id find. */
import type { Alert } from "../alerts/alert.ts";
import type { Verdict } from "../correlation/verdict.ts";
import type { Severity } from "../events/severity.ts";

/** What is compared of an alert. */
export interface Finding {
  readonly rule: string;
  readonly shadow: boolean;
  readonly id: string;
  readonly group: Readonly<Record<string, string>>;
  readonly severity: Severity;
  /** Event times, epoch milliseconds. */
  readonly openedAt: number;
  readonly lastSeen: number;
  /** An alert that is not closed may have been seen until then: not every time has a record. */
  readonly until: number;
}

/** One row: an alert of both, or of one alone. */
export interface ShadowPair {
  readonly live: Finding | null;
  readonly shadow: Finding | null;
}

export interface ShadowDiff {
  readonly rule: string;
  /** By opening. */
  readonly pairs: readonly ShadowPair[];
}

/**
 * For each rule id under which a rule stands in shadow mode. Two alerts are the same finding when they are of one group
 * and their times, from opening to last seen, meet; where several do, the earliest are taken first.
 */
export function shadowDiff(
  findings: readonly Finding[],
  shadowRules: readonly string[],
): readonly ShadowDiff[] {
  const ids = new Set([...shadowRules, ...findings.filter(({ shadow }) => shadow).map(({ rule }) => rule)]);
  return [...ids]
    .sort((a, b) => (a < b ? -1 : 1))
    .map((rule) => ({ rule, pairs: pairsOf(findings.filter((each) => each.rule === rule)) }));
}

function pairsOf(findings: readonly Finding[]): readonly ShadowPair[] {
  const sorted = findings.toSorted((a, b) => a.openedAt - b.openedAt);
  const left = new Set(sorted.filter(({ shadow }) => !shadow));
  const pairs: ShadowPair[] = [];
  for (const shadow of sorted.filter((each) => each.shadow)) {
    const live = [...left].find((each) => meets(each, shadow)) ?? null;
    if (live !== null) left.delete(live);
    pairs.push({ live, shadow });
  }
  for (const live of left) pairs.push({ live, shadow: null });
  return pairs.toSorted((a, b) => openingOf(a) - openingOf(b));
}

function openingOf({ live, shadow }: ShadowPair): number {
  return Math.min(live?.openedAt ?? Number.POSITIVE_INFINITY, shadow?.openedAt ?? Number.POSITIVE_INFINITY);
}

function meets(a: Finding, b: Finding): boolean {
  return keyOf(a) === keyOf(b) && a.openedAt <= b.until && b.openedAt <= a.until;
}

function keyOf({ group }: Finding): string {
  return JSON.stringify(Object.entries(group).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Of last records; those of alerts that became part of another do not count. `updateInterval`: an open alert says nothing
 * of later times less than so many milliseconds after what it said last.
 */
export function findingsOf(alerts: readonly Alert[], updateInterval: number): readonly Finding[] {
  return alerts
    .filter(({ merged_into }) => merged_into === null)
    .map(({ rule, shadow, id, group, severity, status, opened_at: openedAt, last_seen: lastSeen }) => ({
      rule: rule.id,
      shadow,
      id,
      group,
      severity,
      openedAt,
      lastSeen,
      until: status === "closed" ? lastSeen : lastSeen + updateInterval - 1,
    }));
}

/** Of an alert of the embedded engine. */
export function findingOf({ rule, id, group, openedAt, lastSeen }: Verdict): Finding {
  const { severity } = rule;
  const shadow = rule.mode === "shadow";
  return { rule: rule.id, shadow, id, group, severity, openedAt, lastSeen, until: lastSeen };
}
