/**
 * When the store has lost a partition's state (it knows no offset, though the group has committed one): what the log
 * still tells. Judging begins again far enough back to fill every window, and what the alerts topic says of alerts
 * raised before keeps them from being raised as new ones.
 */
import type { Alert } from "../alerts/alert.ts";
import type { Episode } from "../correlation/episode.ts";
import type { Rebuilding } from "../correlation/judge-settings.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import type { Log } from "../transport/log.ts";
import { brokerTimeAt, firstOffsetSince } from "./broker-time.ts";
import { type DecodeAlert, lastAlerts } from "./last-alerts.ts";

export interface LostState extends Rebuilding {
  /** Where to read from, and where what was judged before ends. */
  readonly from: number;
  readonly until: number;
  /** Whether this very record, or a later one of its alert, was written before. */
  wasSaid(alertId: string, revision: number): boolean;
}

export interface LostStateOptions {
  readonly log: Pick<Log, "bounds" | "read">;
  readonly topics: { readonly enriched: string; readonly alerts: string };
  readonly rules: RuleSet;
  readonly allowedLateness: number;
  readonly decodeAlert: DecodeAlert;
}

/** `committed`: the offset that the group says was reached. Throws TransientError. */
export async function findLostState(
  partition: number,
  committed: number,
  { log, topics, rules, allowedLateness, decodeAlert }: LostStateOptions,
): Promise<LostState> {
  const bounds = (await log.bounds(topics.enriched)).get(partition)!;
  const until = Math.min(Math.max(committed, bounds.low), bounds.high);
  const last = await brokerTimeAt(log, topics.enriched, partition, until - 1, bounds);
  const since = last === null ? null : last - rules.longestWindow - allowedLateness;
  const from =
    since === null
      ? until
      : await firstOffsetSince(log, topics.enriched, partition, since, { low: bounds.low, high: until });
  const alerts = await lastAlerts(log, topics.alerts, decodeAlert);
  return { from, until, ...knownAlerts(alerts, rules) };
}

function knownAlerts(
  alerts: ReadonlyMap<string, Alert>,
  rules: RuleSet,
): Pick<LostState, "knows" | "openAlert" | "wasSaid"> {
  const open = Map.groupBy(
    [...alerts.values()].filter(({ status }) => status !== "closed"),
    ({ rule, group }) => {
      const loaded = rules.rules.find(({ id, version }) => id === rule.id && version === rule.version);
      return loaded === undefined ? "" : `${rule.id}@${rule.version} ${loaded.group.keyOf(group)}`;
    },
  );
  return {
    knows: (id) => alerts.has(id),
    wasSaid: (id, revision) => (alerts.get(id)?.revision ?? 0) >= revision,
    openAlert: (rule, groupKey, t) => {
      const near = open
        .get(`${rule.id}@${rule.version} ${groupKey}`)
        ?.find((alert) => t >= alert.opened_at - rule.window && t <= alert.last_seen + rule.window);
      return near === undefined ? undefined : episodeOf(near);
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
