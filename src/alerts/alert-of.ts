/** A verdict of the judge → the alert record. Pure: the same verdict gives the same record, byte for byte. */
import { fingerprint } from "../correlation/alert-id.ts";
import type { EpisodeEvent } from "../correlation/episode.ts";
import type { Verdict } from "../correlation/verdict.ts";
import { formatDuration } from "../events/duration.ts";
import { ruleName } from "../rules/shadow.ts";
import { safeLine } from "../safe-text.ts";
import type { Alert, Evidence } from "./alert.ts";

/** `actions` is left empty; planning comes after. `rawTopic` names the topic of the evidence's origins. */
export function alertOf(verdict: Verdict, rawTopic: string): Alert {
  const { rule, status, groupKey, openedAt, lastSeen, ruleSince } = verdict;
  return {
    id: verdict.id,
    revision: verdict.revision,
    fingerprint: fingerprint(ruleName(rule), groupKey),
    status,
    merged_into: verdict.mergedInto,
    rule: { id: rule.id, name: rule.name, version: rule.version, tags: rule.tags },
    severity: rule.severity,
    group: verdict.group,
    opened_at: openedAt,
    last_seen: lastSeen,
    closed_at: verdict.closedAt,
    event_count: verdict.count,
    conditions: verdict.conditions.map(({ name, value, operator, threshold, met }) => ({
      name,
      value,
      operator,
      threshold,
      met,
    })),
    reason: reasonOf(verdict),
    evidence: verdict.evidence.map((event) => evidenceOf(event, rawTopic)),
    evidence_total: verdict.count,
    entities: verdict.entities,
    actions: [],
    late: verdict.late,
    rebuilt: verdict.rebuilt,
    gap: verdict.gap,
    shadow: rule.mode === "shadow",
    rule_since: ruleSince !== undefined && openedAt - rule.window < ruleSince ? ruleSince : null,
  };
}

/** Group values and what conditions found are the events' words. */
function reasonOf({ rule, conditions, group }: Verdict): string {
  const met = conditions.filter((condition) => condition.met).map(({ phrase }) => phrase);
  const where = Object.entries(group).map(([dimension, value]) => `${dimension} ${value}`);
  const within = rule.window > 0 ? ` within ${formatDuration(rule.window)}` : "";
  return safeLine(`${met.join(", ")}${within}${where.length > 0 ? ` in ${where.join(", ")}` : ""}`);
}

function evidenceOf({ t, id, type, container, origin }: EpisodeEvent, topic: string): Evidence {
  return {
    id,
    timestamp: t,
    type,
    container_id: container,
    origin: origin === null ? null : { topic, partition: origin[0], offset: origin[1], index: origin[2] },
  };
}
