/** When the last event is in: lets everything be judged, stops the installation, and reads what is left. */

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EmbeddedEngine } from "../../src/app/embedded-engine.ts";
import { FinalAlerts } from "../../src/app/final-alerts.ts";
import { loadRuleSet } from "../../src/app/load-rule-set.ts";
import type { Emission } from "../../src/app/outbox.ts";
import { systemClock } from "../../src/clock.ts";
import type { Verdict } from "../../src/correlation/verdict.ts";
import { KafkaLog } from "../../src/transport/kafka/kafka-log.ts";
import type { LogRecord } from "../../src/transport/log.ts";
import type { ReadRecord } from "../integration/support/installation.ts";
import { judgeLog } from "../integration/support/judge-log.ts";
import { isGarbage } from "./feed.ts";
import { partitions, rulePaths, type Stage } from "./stage.ts";
import type { Traffic } from "./traffic.ts";
import { type Finding, judgeFinals, judgeRecords } from "./verdict.ts";

export interface Aftermath {
  readonly findings: readonly Finding[];
  readonly alerts: number;
  readonly actions: number;
  readonly garbage: number;
}

const drainMs = 180_000;

/** With the enrichers gone nothing comes any more: both groups must stand at the ends of their logs. */
export async function drain({ corral, crews, problems }: Stage): Promise<void> {
  const reached = async (group: "corral-enrich" | "corral-correlate", topic: string) => {
    const [ends, committed] = [await corral.ends(topic), await corral.committed(group, topic)];
    return [...ends]
      .map(([partition, end]) => ({ partition, end, committed: Math.max(0, committed.get(partition) ?? 0) }))
      .filter((each) => each.committed !== each.end);
  };
  for (const [role, group, topic] of [
    ["enrich", "corral-enrich", "events.raw"],
    ["correlate", "corral-correlate", "events.enriched"],
  ] as const) {
    const began = performance.now();
    let short = await reached(group, topic);
    // Twice in a row: correlators write to their own topic too.
    for (let times = 0; times < 2 && performance.now() - began < drainMs; ) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      short = await reached(group, topic);
      times = short.length === 0 ? times + 1 : 0;
    }
    if (short.length > 0) {
      problems.push(`offsets of ${group} are not the ends of ${topic}: ${JSON.stringify(short)}`);
    }
    await crews[role].scaleTo(0);
  }
}

/** `keep`: the folder for the logs as they were read, to look for causes. */
export async function judgeAll(
  { corral, kafka, problems }: Stage,
  traffic: Traffic,
  keep: string | undefined,
): Promise<Aftermath> {
  const log = new KafkaLog({ clientId: "chaos", clock: systemClock, brokers: [kafka.address] });
  try {
    const [alerts, actions] = [await corral.alerts(), await corral.actions()];
    const expected = inOrder(traffic);
    await keepRecords(keep, "alerts", alerts);
    await keepRecords(keep, "actions", actions);
    await keepRecords(keep, "expected", expected);
    const emissions: Emission[] = [];
    for (let partition = 0; partition < partitions; partition += 1) {
      const records = await readAll(log, corral.topic("events.enriched"), partition, asRead);
      await keepRecords(keep, `events.enriched-${partition}`, records.map(shown));
      emissions.push(...(await judgeLog(records, corral.prefix, rulePaths)));
    }
    const findings = [...judgeFinals(expected, alerts), ...judgeRecords(emissions, alerts, actions)];
    const garbage = await judgeDeadLetters(log, { corral, problems });
    return { findings, alerts: expected.length, actions: actions.length, garbage };
  } finally {
    await log.close();
  }
}

function inOrder(traffic: Traffic): readonly Verdict[] {
  const rules = loadRuleSet({ rules: rulePaths, calendar: {}, lists: {} });
  const settings = { allowedLateness: 60_000, updateInterval: 60_000, maxEvidence: 50, maxEvents: 1_000 };
  const engine = new EmbeddedEngine(rules, settings);
  const alerts = new FinalAlerts();
  for (const event of traffic.inOrder()) alerts.add(engine.feed(event));
  alerts.add(engine.finish());
  return alerts.list();
}

/** Every raw record that nobody can read, and no other, is a dead letter: once, or more often after a crash. */
async function judgeDeadLetters(
  log: KafkaLog,
  { corral, problems }: Pick<Stage, "corral" | "problems">,
): Promise<number> {
  const planted = new Set<string>();
  for (let partition = 0; partition < partitions; partition += 1) {
    const keep = ({ offset, value }: LogRecord) => (isGarbage(value) ? [`${partition}/${offset}`] : []);
    for (const place of await readAll(log, corral.topic("events.raw"), partition, keep)) planted.add(place);
  }
  const letters = await corral.read("events.dead-letter");
  const found = new Set(
    letters.map(({ headers }) => `${headers["corral-partition"]}/${headers["corral-offset"]}`),
  );
  for (const place of planted) if (!found.has(place)) problems.push(`no dead letter for garbage at ${place}`);
  for (const place of found)
    if (!planted.has(place)) problems.push(`a dead letter for a good record at ${place}`);
  return planted.size;
}

async function readAll<T>(
  log: KafkaLog,
  topic: string,
  partition: number,
  keep: (record: LogRecord) => readonly T[],
): Promise<readonly T[]> {
  const { low, high } = (await log.bounds(topic)).get(partition)!;
  const kept: T[] = [];
  for await (const batch of log.read(topic, partition, low, high)) kept.push(...batch.flatMap(keep));
  return kept;
}

function asRead({ partition, offset, key, value, headers }: LogRecord) {
  return [{ partition, offset, key: key?.toString() ?? null, value, headers }];
}

function shown({ value, ...record }: ReadRecord): object {
  return { ...record, value: value?.toString() ?? null };
}

async function keepRecords(
  folder: string | undefined,
  name: string,
  records: readonly object[],
): Promise<void> {
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, `${name}.ndjson`),
    records.map((record) => `${JSON.stringify(record)}\n`),
  );
}
