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
import type { Log, PartitionBounds } from "../transport/log.ts";
import { brokerTimeAt, firstOffsetSince } from "./broker-time.ts";
import { eventTimeBefore } from "./event-time-before.ts";
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
  /** Partitions of the enriched topic. */
  readonly partitions: number;
  readonly decodeAlert: DecodeAlert;
}

/** `committed`: the offset that the group says was reached. Throws TransientError. */
export async function findLostState(
  partition: number,
  committed: number,
  { log, topics, rules, judge, partitions, decodeAlert }: LostStateOptions,
): Promise<LostState> {
  const bounds = (await log.bounds(topics.enriched)).get(partition)!;
  const until = Math.min(Math.max(committed, bounds.low), bounds.high);
  const from = await beginningOf(partition, until, bounds, { log, topics, rules, judge, partitions });
  const alerts = await lastAlerts(log, topics.alerts, decodeAlert);
  // Where the log begins nothing is missing; where it no longer does, a doubled alert is better than none.
  const completeFrom = from === bounds.low ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return { from, until, completeFrom, ...knownAlerts(alerts, rules) };
}

/**
 * Where every window that mattered at `until` begins. That is told by event time, which may have been held back for long
 * where an enricher was away; by the broker's where that is earlier.
 */
async function beginningOf(
  partition: number,
  until: number,
  bounds: PartitionBounds,
  { log, topics, rules, judge, partitions }: Omit<LostStateOptions, "decodeAlert">,
): Promise<number> {
  const topic = topics.enriched;
  const { low } = bounds;
  const last = await brokerTimeAt(log, topic, partition, until - 1, bounds);
  if (last === null) return until;
  const offsetSince = (time: number): Promise<number> =>
    firstOffsetSince(log, topic, partition, time - reach(rules, judge), { low, high: until });
  const from = await offsetSince(last);
  const { chains } = rules;
  const time = await eventTimeBefore({ log, topic, partition, low, until, from, partitions, chains });
  if (time >= last) return from;
  return time === Number.NEGATIVE_INFINITY ? low : offsetSince(time);
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
  // A rule that was changed meanwhile takes over what is open, so that it ends.
  const live = rules.rules.filter(({ mode }) => mode !== "shadow");
  const loaded = new Map(live.map((rule) => [rule.id, rule]));
  const known = [...alerts.values()].flatMap((alert) => {
    const rule = loaded.get(alert.rule.id);
    if (rule === undefined || rule.stateless === true || alert.merged_into !== null || alert.shadow)
      return [];
    if (alert.status === "closed" && rule.version !== alert.rule.version) return [];
    if (rule.groupBy.some((dimension) => alert.group[dimension] === undefined)) return [];
    return [{ rule, groupKey: rule.group.keyOf(alert.group), alert }];
  });
  const byGroup = Map.groupBy(known, ({ rule, groupKey }) => `${rule.id} ${groupKey}`);
  return {
    knows: (id) => alerts.has(id),
    wasSaid: (id, revision) => (alerts.get(id)?.revision ?? 0) >= revision,
    open: known
      .filter(({ alert }) => alert.status !== "closed")
      .map(({ rule, groupKey, alert }) => ({ rule, groupKey, episode: episodeOf(alert, rule) })),
    alertNear: (rule, groupKey, t) => {
      const near = byGroup
        .get(`${rule.id} ${groupKey}`)
        ?.find(({ alert }) => t >= alert.opened_at - rule.window && t <= alert.last_seen + rule.window);
      return near === undefined ? undefined : episodeOf(near.alert, rule);
    },
  };
}

function episodeOf(alert: Alert, rule: Rule): Episode {
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
    values: rule.conditions.map((_, index) => {
      const { value = "", met = false } = alert.conditions[index] ?? {};
      return { value, met };
    }),
    late: alert.late,
    gap: alert.gap,
    rebuilt: alert.rebuilt,
    restoredTo: alert.last_seen,
    entities: alert.entities,
  };
}
