/** One drain: a raw topic that is full, through processes with both roles and real servers, and what that took. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Alert } from "../../src/alerts/alert.ts";
import type { CorralProcess } from "../../test/integration/support/corral-process.ts";
import type { Installation } from "../../test/integration/support/installation.ts";
import { type EngineLoad, engineLoad } from "../engine/engine-load.ts";
import { fourRules } from "../engine/lane.ts";
import type { BenchServers } from "../support/bench-servers.ts";
import { compareLines } from "../support/compare-lines.ts";
import { closeWindows } from "../support/fill-raw.ts";
import { finalAlertLines } from "../support/final-alert-lines.ts";
import { expectedLines, rulesOf } from "../support/oracle.ts";
import { childWith, cpuOf, peakMemoryOf } from "../support/process-accounts.ts";
import { readTopic } from "../support/read-topic.ts";
import { redisUse } from "../support/redis-use.ts";
import { say } from "../support/say.ts";
import { differences } from "../support/section.ts";
import { untilAtEnd } from "../support/until-at-end.ts";

export interface EngineRun {
  /** For progress and failures. */
  readonly name: string;
  readonly forward: "all" | "matched";
  /** Processes with both roles; default 1. */
  readonly processes?: number;
  /** The Confluent API of a schema registry; absent: JSON. */
  readonly registry?: string;
  /** Environment of the processes that are measured, and of no other. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** CPU in microseconds a raw event, of all processes together; likewise what is counted and written. */
export interface DrainFigures {
  readonly engine: number;
  readonly kafka: number;
  readonly redis: number;
  /** Commands that Redis ran, those inside of scripts among them. */
  readonly commands: number;
  /** At most: answers that Redis wrote to a socket. A pipeline that reaches it in parts may be answered in several. */
  readonly trips: number;
  readonly records: number;
  readonly bytes: number;
  /** MiB at the peak, of all processes together. */
  readonly memory: number;
  readonly perSecond: number;
  readonly alerts: number;
}

export interface Drained {
  readonly figures: DrainFigures;
  readonly failures: readonly string[];
}

export interface StreamLoad extends EngineLoad {
  /** Final alerts that the embedded engine comes to, as lines. */
  readonly expected: readonly string[];
}

export const partitions = 6;
const dayMs = 86_400_000;
const limitMs = 900_000;
const watermarksMs = 3_000;
const chunk = 5_000;

/** A quarter of the events are of use to one of the four rules. */
export function streamLoad({ seed, events }: { readonly seed: number; readonly events: number }): StreamLoad {
  const load = engineLoad({ seed, count: events, shape: "native", irrelevant: 0.75, hot: 0, late: 0 });
  return { ...load, expected: expectedLines(load.inOrder, fourRules) };
}

export async function engineRun(servers: BenchServers, load: StreamLoad, run: EngineRun): Promise<Drained> {
  const { name, processes = 1, registry } = run;
  const settings = settingsOf(run.forward);
  const idle = await cpuOfStart(servers, settings, registry, run.settings);
  const corral = await servers.install(partitions, settings, registry);
  await fillTopic(servers, corral, load.lines);
  const last = load.inOrder.at(-1)!.timestamp;
  await closeWindows(servers.log, corral, partitions, last + rulesOf(fourRules).longestWindow + dayMs);
  const kafka = childWith("kafka.Kafka");
  const before = { kafka: cpuOf(kafka), ...(await redisUse(servers)) };
  const started = Array.from({ length: processes }, () => corral.start("enrich,correlate", run.settings));
  const began = await firstReady(started);
  await untilAtEnd(corral, "enrich", limitMs);
  await untilAtEnd(corral, "correlate", limitMs);
  const seconds = (performance.now() - began) / 1_000;
  // What closes the last alerts comes with the watermarks, after the last commit.
  await sleep(watermarksMs);
  await untilAtEnd(corral, "correlate", limitMs);
  const count = load.lines.length;
  const after = { kafka: cpuOf(kafka), ...(await redisUse(servers)) };
  const cpu = sumOf(started.map(({ pid }) => cpuOf(pid) - idle));
  const used = {
    engine: cpu / count,
    kafka: (after.kafka - before.kafka) / count,
    redis: (after.redis - before.redis) / count,
    commands: (after.commands - before.commands) / count,
    trips: (after.trips - before.trips) / count,
    memory: sumOf(started.map(({ pid }) => peakMemoryOf(pid))),
    perSecond: count / seconds,
  };
  await Promise.all(started.map((each) => each.terminate()));
  const decode = (value: Buffer) => corral.decode<Alert>(value);
  const said = await finalAlertLines(servers.log, corral.topic("alerts"), decode);
  const written = await writtenTo(servers, corral);
  say(`${name}: ${used.engine.toFixed(1)} µs an event`);
  return {
    figures: {
      ...used,
      records: written.records / count,
      bytes: written.bytes / count,
      alerts: said.length,
    },
    failures: differences(name, compareLines(load.expected, said)),
  };
}

export function settingsOf(forward: "all" | "matched"): Readonly<Record<string, string>> {
  return { CORRAL_RULES: fourRules.join(","), CORRAL_ENRICHED_FORWARD: forward };
}

/** In turn over the partitions of the raw topic, without keys. */
export async function fillTopic(
  { log }: BenchServers,
  corral: Installation,
  lines: readonly string[],
): Promise<void> {
  const producer = log.producer();
  const topic = corral.topic("events.raw");
  for (let start = 0; start < lines.length; start += chunk) {
    await producer.send(
      lines.slice(start, start + chunk).map((line, index) => ({
        topic,
        partition: (start + index) % partitions,
        key: null,
        value: Buffer.from(line),
      })),
    );
  }
  await producer.close();
}

/** When the first was ready, by the monotonic clock; resolves once all are. */
async function firstReady(started: readonly CorralProcess[]): Promise<number> {
  const ready = started.map((each) => each.ready());
  const [first] = await Promise.all([Promise.race(ready).then(() => performance.now()), ...ready]);
  return first;
}

/** Of a process that becomes ready and has nothing to do, microseconds. */
async function cpuOfStart(
  servers: BenchServers,
  settings: Readonly<Record<string, string>>,
  registry: string | undefined,
  environment: Readonly<Record<string, string>> | undefined,
): Promise<number> {
  const corral = await servers.install(partitions, settings, registry);
  const started = corral.start("enrich,correlate", environment);
  await started.ready();
  const cpu = cpuOf(started.pid);
  await started.terminate();
  return cpu;
}

async function writtenTo(
  { log }: BenchServers,
  corral: Installation,
): Promise<{ readonly records: number; readonly bytes: number }> {
  let [records, bytes] = [0, 0];
  for (const topic of ["events.enriched", "alerts", "actions", "inventory"]) {
    for await (const { key, value } of readTopic(log, corral.topic(topic))) {
      records += 1;
      bytes += (key?.length ?? 0) + (value?.length ?? 0);
    }
  }
  return { records, bytes };
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
