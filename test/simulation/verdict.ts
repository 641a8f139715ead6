/**
 * What a run must have come to. The oracle is the embedded engine over the same events in one pass in order of event
 * time; what ids and actions must be is told by one worker that reads the enriched log of the run from its start.
 */
import type { Alert } from "../../src/alerts/alert.ts";
import { EmbeddedEngine } from "../../src/app/embedded-engine.ts";
import { FinalAlerts } from "../../src/app/final-alerts.ts";
import { judgeSettings } from "../../src/app/judge-settings.ts";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { maxAhead } from "../../src/sources/clamp-time.ts";
import { renewed, reworded, rulesOf } from "./rule-sets.ts";
import { enrichedPartitions, lateness } from "./scenario.ts";
import type { Stage } from "./stage.ts";

const shown = 6;
const longestWindow = 60_000;
/** They decide so late that their partition may be whole again by then, though what they were told was not. */
const readsOtherGroups: ReadonlySet<string> = new Set(["steps_of_namespace", "step_without_pair"]);

export async function verdict(stage: Stage): Promise<readonly string[]> {
  const kinds = new Set(stage.scenario.faults.map(({ kind }) => kind));
  const reloaded = kinds.has("rule-reload");
  const wasEmptied = stage.lostAll;
  const spoken = alertsOf(stage).filter(({ rule }) => !rule.id.startsWith("corral_"));
  const judged = (id: string): boolean => !(reloaded && renewed.has(id));
  // What was said under the rule of before and then lost is judged again under that of after.
  const wentBack = kinds.has("store-failover");
  const saidAlike = (id: string): boolean =>
    !(reloaded && (reworded.has(id) || (wentBack && renewed.has(id))));
  return [
    ...(wasEmptied
      ? lost(expected(stage, judged), final(spoken, judged))
      : differences("alert", expected(stage, judged).map(keyOf), final(spoken, judged).map(keyOf))),
    ...(wasEmptied ? [] : differing(spoken.filter(({ rule }) => saidAlike(rule.id)))),
    ...(wasEmptied || reloaded ? [] : gaps(spoken)),
    ...lateOnes(spoken),
    ...deadLetters(stage),
    ...leftOver(stage),
    ...miscounted(stage),
  ];
}

function alertsOf(stage: Stage): readonly Alert[] {
  return stage.broker
    .records(stage.config.topics.alerts)
    .map(({ value }) => JSON.parse(value!.toString()) as Alert);
}

/** Each event once, as the broker's time leaves it, without what nobody could judge. */
function eventsOf(stage: Stage): readonly SecurityEvent[] {
  const events = new Map<string, SecurityEvent>();
  const poisoned = new Set(stage.scenario.events.filter(({ poison }) => poison === true).map(({ id }) => id));
  for (const { value, timestamp: brokerTime } of inOrderOfArrival(stage)) {
    if (value![0] !== 0x7b) continue;
    const {
      id,
      timestamp,
      type,
      container_id: container,
      ...details
    } = JSON.parse(value!.toString()) as Written;
    if (events.has(id) || poisoned.has(id)) continue;
    events.set(id, {
      id,
      timestamp: timestamp - brokerTime > maxAhead ? brokerTime : timestamp,
      ...(container === undefined ? {} : { container_id: String(container) }),
      type,
      severity: "info",
      source: "native",
      details,
      enrichment: {},
    });
  }
  return [...events.values()].sort((a, b) => a.timestamp - b.timestamp || (a.id < b.id ? -1 : 1));
}

interface Written {
  readonly id: string;
  readonly timestamp: number;
  readonly type: string;
  readonly [detail: string]: string | number;
}

function inOrderOfArrival(stage: Stage) {
  return [...stage.broker.records(stage.config.topics.raw)].sort((a, b) => a.timestamp - b.timestamp);
}

/** An alert when all is said. */
interface Outcome {
  readonly rule: string;
  readonly group: string;
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly closed: boolean;
  readonly rebuilt: boolean;
}

function expected(stage: Stage, judged: (rule: string) => boolean): readonly Outcome[] {
  const engine = new EmbeddedEngine(rulesOf(stage.scenario.settings.chains), judgeSettings(stage.config));
  const told = new FinalAlerts();
  for (const event of eventsOf(stage)) told.add(engine.feed(event));
  told.add(engine.finish());
  return told
    .list()
    .filter(({ rule }) => judged(rule.id))
    .map(({ rule, group, openedAt, lastSeen, count, status }) => ({
      rule: rule.id,
      group: JSON.stringify(group),
      from: openedAt,
      to: lastSeen,
      count,
      closed: status === "closed",
      rebuilt: false,
    }));
}

function final(alerts: readonly Alert[], judged: (rule: string) => boolean): readonly Outcome[] {
  const last = new Map<string, Alert>();
  for (const alert of alerts) {
    const known = last.get(alert.id);
    if (known === undefined || known.revision < alert.revision) last.set(alert.id, alert);
  }
  return [...last.values()]
    .filter(({ merged_into, rule }) => merged_into === null && judged(rule.id))
    .map(({ rule, group, opened_at, last_seen, event_count, status, rebuilt }) => ({
      rule: rule.id,
      group: JSON.stringify(group),
      from: opened_at,
      to: last_seen,
      count: event_count,
      closed: status === "closed",
      rebuilt,
    }));
}

function keyOf({ rule, group, from, to, count, closed }: Outcome): string {
  return `${rule} ${group} ${from}..${to} ${count} events ${closed ? "closed" : "open"}`;
}

/**
 * What is promised where the store has lost everything: for each alert there is one of its rule and group at its time,
 * what is beyond that says that it was rebuilt, and everything has ended.
 */
function lost(wanted: readonly Outcome[], found: readonly Outcome[]): readonly string[] {
  const meets = (a: Outcome, b: Outcome): boolean =>
    a.rule === b.rule &&
    a.group === b.group &&
    a.from <= b.to + longestWindow &&
    b.from <= a.to + longestWindow;
  return [
    ...wanted
      .filter((each) => !found.some((other) => meets(each, other)))
      .map((each) => `lost: ${keyOf(each)}`),
    ...found
      .filter((each) => !each.rebuilt && !readsOtherGroups.has(each.rule))
      .filter((each) => !wanted.some((other) => meets(each, other)))
      .map((each) => `not marked as rebuilt: ${keyOf(each)}`),
    ...found.filter(({ closed }) => !closed).map((each) => `never ended: ${keyOf(each)}`),
  ].slice(0, 2 * shown);
}

function differences(what: string, expected: readonly string[], found: readonly string[]): readonly string[] {
  const left = new Map<string, number>();
  for (const each of expected) left.set(each, (left.get(each) ?? 0) + 1);
  const surplus: string[] = [];
  for (const each of found) {
    const count = left.get(each) ?? 0;
    if (count > 0) left.set(each, count - 1);
    else surplus.push(each);
  }
  const missing = [...left].flatMap(([each, count]) => Array.from({ length: count }, () => each));
  return [
    ...missing.slice(0, shown).map((each) => `${what} missing: ${each}`),
    ...surplus.slice(0, shown).map((each) => `${what} too many: ${each}`),
  ];
}

/** Copies of one (id, revision) with different contents. */
function differing(alerts: readonly Alert[]): readonly string[] {
  const first = new Map<string, string>();
  const found: string[] = [];
  for (const alert of alerts) {
    const name = `${alert.id}/${alert.revision}`;
    const content = JSON.stringify(alert);
    const known = first.get(name);
    if (known === undefined) first.set(name, content);
    else if (known !== content) found.push(`differing copies of ${name}:\n  ${known}\n  ${content}`);
  }
  return found.slice(0, shown);
}

/** Revisions run from 1 without a gap: no record was lost. */
function gaps(alerts: readonly Alert[]): readonly string[] {
  const found: string[] = [];
  for (const [id, records] of Map.groupBy(alerts, (alert) => alert.id)) {
    const revisions = new Set(records.map(({ revision }) => revision));
    if (Math.max(...revisions) !== revisions.size)
      found.push(`revisions of ${records[0]!.rule.id} ${id} are ${[...revisions].join(", ")}`);
  }
  return found.slice(0, shown);
}

/** No event was late by more than is allowed, so no alert may say so. */
function lateOnes(alerts: readonly Alert[]): readonly string[] {
  const late = alerts.filter((alert) => alert.late);
  return late
    .slice(0, shown)
    .map(({ rule, group, opened_at }) => `late: ${rule.id} ${JSON.stringify(group)} ${opened_at}`);
}

/** By place, each at least once: what was planted, and nothing else. */
function deadLetters(stage: Stage): readonly string[] {
  const { deadLetter, raw, enriched } = stage.config.topics;
  const found = new Set(
    stage.broker
      .records(deadLetter)
      .map(
        ({ headers }) =>
          `${headers["corral-topic"]}/${headers["corral-partition"]}/${headers["corral-offset"]} ${headers["corral-reason"]}`,
      ),
  );
  const garbage = stage.broker
    .records(raw)
    .filter(({ value }) => value![0] !== 0x7b)
    .map(({ partition, offset }) => `${raw}/${partition}/${offset} not-json`);
  const poison = stage.broker
    .records(enriched)
    .filter(({ value }) => value?.includes("poison-of-the-simulation"))
    .map(({ partition, offset }) => `${enriched}/${partition}/${offset} quarantined`);
  return differences("dead letter", [...garbage, ...poison], [...found]);
}

/** What was due before the end of event time and was not looked at. */
function leftOver(stage: Stage): readonly string[] {
  return Array.from({ length: enrichedPartitions }, (_, partition) => partition).flatMap((partition) => {
    const { groups, meta } = stage.store.partition(partition).snapshot();
    const { progress } = JSON.parse(meta ?? '{"progress":{"partitions":{}}}') as Meta;
    const watermark = Math.min(...Object.values(progress.partitions).map(({ time }) => time ?? 0)) - lateness;
    return (
      [...groups]
        .filter(([, { expiry, deadline }]) => Math.min(expiry, deadline ?? expiry) < watermark)
        // What a rule of before has left is kept for a day, for processes that may still have it.
        .filter(([group]) => !renewed.has(group.slice(0, group.indexOf("@"))))
        .slice(0, 2)
        .map(([group]) => `left in the store: ${group}`)
    );
  });
}

/** Live groups are counted as they are held, whatever happened. */
function miscounted(stage: Stage): readonly string[] {
  return Array.from({ length: enrichedPartitions }, (_, partition) => partition).flatMap((partition) => {
    const { groups, live } = stage.store.partition(partition).snapshot();
    const held = new Map<string, number>();
    for (const key of groups.keys()) {
      const name = key.slice(0, key.indexOf(":"));
      held.set(name, (held.get(name) ?? 0) + 1);
    }
    return [...new Set([...held.keys(), ...live.keys()])]
      .filter((name) => held.get(name) !== live.get(name))
      .map(
        (name) =>
          `live groups of ${name} in partition ${partition}: ${held.get(name) ?? 0} held, ${live.get(name) ?? 0} counted`,
      );
  });
}

interface Meta {
  readonly progress: { readonly partitions: Readonly<Record<string, { readonly time: number | null }>> };
}
