/**
 * L2, draining: a raw topic that is full, through one process with both roles and real servers, against the bare client
 * that copies the same topic to another.
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
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
import { say } from "../support/say.ts";
import { differences, type Section } from "../support/section.ts";
import { untilAtEnd } from "../support/until-at-end.ts";
import type { Copied, CopyTask } from "./bare-copy.ts";

export interface DrainOptions {
  readonly seed: number;
  readonly events: number;
}

export const partitions = 6;
const dayMs = 86_400_000;
const limitMs = 900_000;
const watermarksMs = 3_000;
const chunk = 5_000;

/** What one run took, by raw event. */
interface Drained {
  readonly engine: number;
  readonly kafka: number;
  readonly redis: number;
  readonly commands: number;
  readonly records: number;
  readonly bytes: number;
  /** MiB. */
  readonly memory: number;
  readonly perSecond: number;
  readonly failures: readonly string[];
}

/** `rate`: raw events a second when everything is forwarded only where it matches. */
export async function drain(
  servers: BenchServers,
  { seed, events }: DrainOptions,
): Promise<{ readonly section: Section; readonly rate: number }> {
  const load = engineLoad({ seed, count: events, shape: "native", irrelevant: 0.75, hot: 0, late: 0 });
  const copied = await bareCopy(servers, load);
  say(`bare copy: ${(copied.cpu / load.lines.length).toFixed(1)} µs an event`);
  const all = await engine(servers, load, "all");
  const matched = await engine(servers, load, "matched");
  const bare = copied.cpu / load.lines.length;
  const row = (name: string, { engine: cpu, ...rest }: Drained) => [
    name,
    `${(cpu / bare).toFixed(2)}×`,
    ...[cpu, rest.kafka, rest.redis].map((value) => value.toFixed(1)),
    rest.commands.toFixed(3),
    rest.records.toFixed(2),
    rest.bytes.toFixed(0),
    rest.memory.toFixed(0),
    rest.perSecond.toFixed(0),
  ];
  const section: Section = {
    title: "L2: a full topic drained",
    head: [
      "what",
      "engine ÷ bare copy",
      "engine, µs",
      "broker, µs",
      "Redis, µs",
      "Redis commands",
      "records written",
      "bytes written",
      "peak MiB",
      "events/s",
    ],
    rows: [
      [
        "bare client, topic to topic",
        "1.00×",
        bare.toFixed(1),
        "",
        "",
        "",
        "1.00",
        "",
        "",
        (load.lines.length / copied.seconds).toFixed(0),
      ],
      row("everything forwarded", all),
      row("forward: matched", matched),
    ],
    notes: [
      `${load.lines.length} raw events, a quarter of them of use to one of the four rules, ${partitions} partitions, one ` +
        "process with both roles; all by raw event, CPU by the operating system's account. The engine's is from its first " +
        "moment, less that of a process that starts and has nothing to do.",
    ],
    failures: [...all.failures, ...matched.failures],
  };
  return { section, rate: matched.perSecond };
}

async function bareCopy(servers: BenchServers, load: EngineLoad): Promise<Copied> {
  const corral = await servers.install(partitions);
  await fill(servers, corral, load);
  const task: CopyTask = {
    broker: servers.kafkaAddress,
    from: corral.topic("events.raw"),
    to: corral.topic("events.enriched"),
    group: `${corral.prefix}copy`,
    records: load.lines.length,
  };
  const words = ["--disable-warning=TimeoutNegativeWarning", join(import.meta.dirname, "bare-copy.ts")];
  const { stdout } = await promisify(execFile)(process.execPath, [...words, JSON.stringify(task)]);
  return JSON.parse(stdout) as Copied;
}

async function engine(servers: BenchServers, load: EngineLoad, forward: "all" | "matched"): Promise<Drained> {
  const idle = await cpuOfStart(servers);
  const corral = await servers.install(partitions, settingsOf(forward));
  await fill(servers, corral, load);
  const last = load.inOrder.at(-1)!.timestamp;
  await closeWindows(servers.log, corral, partitions, last + rulesOf(fourRules).longestWindow + dayMs);
  const kafka = childWith("kafka.Kafka");
  const before = { kafka: cpuOf(kafka), redis: await redisCpu(servers), commands: await commands(servers) };
  const started = corral.start("enrich,correlate");
  await started.ready();
  const began = performance.now();
  await untilAtEnd(corral, "enrich", limitMs);
  await untilAtEnd(corral, "correlate", limitMs);
  const seconds = (performance.now() - began) / 1_000;
  // What closes the last alerts comes with the watermarks, after the last commit.
  await sleep(watermarksMs);
  await untilAtEnd(corral, "correlate", limitMs);
  const count = load.lines.length;
  const figures = {
    engine: (cpuOf(started.pid) - idle) / count,
    kafka: (cpuOf(kafka) - before.kafka) / count,
    redis: ((await redisCpu(servers)) - before.redis) / count,
    commands: ((await commands(servers)) - before.commands) / count,
    memory: peakMemoryOf(started.pid),
    perSecond: count / seconds,
  };
  await started.terminate();
  const expected = expectedLines(load.inOrder, fourRules);
  const difference = compareLines(expected, await finalAlertLines(servers.log, corral.topic("alerts")));
  const written = await writtenTo(servers, corral);
  say(`forward ${forward}: ${figures.engine.toFixed(1)} µs an event`);
  return {
    ...figures,
    records: written.records / count,
    bytes: written.bytes / count,
    failures: differences(`forward ${forward}`, difference),
  };
}

export function settingsOf(forward: "all" | "matched"): Readonly<Record<string, string>> {
  return { CORRAL_RULES: fourRules.join(","), CORRAL_ENRICHED_FORWARD: forward };
}

/** Of a process that becomes ready and has nothing to do, microseconds. */
async function cpuOfStart(servers: BenchServers): Promise<number> {
  const corral = await servers.install(partitions, settingsOf("all"));
  const started: CorralProcess = corral.start("enrich,correlate");
  await started.ready();
  const cpu = cpuOf(started.pid);
  await started.terminate();
  return cpu;
}

async function fill({ log }: BenchServers, corral: Installation, { lines }: EngineLoad): Promise<void> {
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

/** Server CPU so far, microseconds. */
export async function redisCpu(servers: BenchServers): Promise<number> {
  const parts = ["used_cpu_user", "used_cpu_sys"].map((name) => servers.info("cpu", name));
  return (await Promise.all(parts)).reduce((sum, seconds) => sum + seconds * 1e6, 0);
}

function commands(servers: BenchServers): Promise<number> {
  return servers.info("stats", "total_commands_processed");
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
