/**
 * When the store has lost a partition's state (it knows no offset, though the group has committed one): what the log
 * still tells. Judging begins again far enough back to fill every window, and what the alerts topic says of alerts
 * raised before keeps them from being raised as new ones.
 */
import type { Alert } from "../alerts/alert.ts";
import { delaysOf } from "../correlation/delays.ts";
import type { Episode } from "../correlation/episode.ts";
import type { JudgeSettings, Rebuilding } from "../correlation/judge-settings.ts";
import type { Rule } from "../rules/rule.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import type { Log } from "../transport/log.ts";
import { brokerTimeAt, firstOffsetSince } from "./broker-time.ts";
import { type DecodeAlert, lastAlerts } from "./last-alerts.ts";

export interface LostState extends Rebuilding {
  /** Where to read from, and where what was judged before ends. */
  readonly from: number;
  readonly until: number;
  /** Alerts that were open, of all partitions. */
  readonly open: readonly OpenAlert[];
  /** Whether this very record, or a later one of its alert, was written before. */
  wasSaid(alertId: string, revision: number): boolean;
}

export interface OpenAlert {
  readonly rule: Rule;
  /** Encoded group, which is its correlation key too. */
  readonly groupKey: string;
  readonly episode: Episode;
}

export interface LostStateOptions {
  readonly log: Pick<Log, "bounds" | "read">;
  readonly topics: { readonly enriched: string; readonly alerts: string };
  readonly rules: RuleSet;
  readonly judge: JudgeSettings;
  readonly decodeAlert: DecodeAlert;
}

/** `committed`: the offset that the group says was reached. Throws TransientError. */
export async function findLostState(
  partition: number,
  committed: number,
  { log, topics, rules, judge, decodeAlert }: LostStateOptions,
): Promise<LostState> {
  const bounds = (await log.bounds(topics.enriched)).get(partition)!;
  const until = Math.min(Math.max(committed, bounds.low), bounds.high);
  const last = await brokerTimeAt(log, topics.enriched, partition, until - 1, bounds);
  const since = last === null ? null : last - reach(rules, judge);
  const from =
    since === null
      ? until
      : await firstOffsetSince(log, topics.enriched, partition, since, { low: bounds.low, high: until });
  const alerts = await lastAlerts(log, topics.alerts, decodeAlert);
  // Where the log begins nothing is missing; where it no longer does, a doubled alert is better than none.
  const completeFrom = from === bounds.low ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return { from, until, completeFrom, ...knownAlerts(alerts, rules) };
}

/**
 * How far back windows must be whole again, milliseconds: what is decided last (an alert that is still open, a deadline
 * ahead) was opened up to a window ago, by events of the window before.
 */
function reach(rules: RuleSet, judge: JudgeSettings): number {
  const delay = Math.max(judge.allowedLateness, ...delaysOf(rules, judge).values());
  return 2 * rules.longestWindow + judge.allowedLateness + delay;
}

function knownAlerts(
  alerts: ReadonlyMap<string, Alert>,
  rules: RuleSet,
): Pick<LostState, "knows" | "alertNear" | "open" | "wasSaid"> {
  const loaded = new Map(rules.rules.map((rule) => [`${rule.id}@${rule.version}`, rule]));
  const known = [...alerts.values()].flatMap((alert) => {
    const rule = loaded.get(`${alert.rule.id}@${alert.rule.version}`);
    if (rule === undefined || rule.stateless === true || alert.merged_into !== null || alert.shadow)
      return [];
    return [{ rule, groupKey: rule.group.keyOf(alert.group), alert }];
  });
  const byGroup = Map.groupBy(known, ({ rule, groupKey }) => `${rule.id} ${groupKey}`);
  return {
    knows: (id) => alerts.has(id),
    wasSaid: (id, revision) => (alerts.get(id)?.revision ?? 0) >= revision,
    open: known
      .filter(({ alert }) => alert.status !== "closed")
      .map(({ rule, groupKey, alert }) => ({ rule, groupKey, episode: episodeOf(alert) })),
    alertNear: (rule, groupKey, t) => {
      const near = byGroup
        .get(`${rule.id} ${groupKey}`)
        ?.find(({ alert }) => t >= alert.opened_at - rule.window && t <= alert.last_seen + rule.window);
      return near === undefined ? undefined : episodeOf(near.alert);
    },
  };
}

function episodeOf(alert: Alert): Episode {
  return {
    id: alert.id,
    openedAt: alert.opened_at,
    lastSeen: alert.last_seen,
    revision: alert.revision,
    spokenAt: alert.last_seen,
    due: false,
    count: alert.event_count,
    evidence: alert.evidence.map(({ timestamp, id, type, container_id: container, origin }) => ({
      t: timestamp,
      id,
      type,
      container,
      origin: origin === null ? null : [origin.partition, origin.offset, origin.index],
    })),
    values: alert.conditions.map(({ value, met }) => ({ value, met })),
    late: alert.late,
    gap: alert.gap,
    rebuilt: alert.rebuilt,
    restoredTo: alert.last_seen,
    entities: alert.entities,
  };
}
