/**
 * One live run: events sent at a steady rate, whatever the engine does (open loop). An event's time is the moment at which it
 * was to be sent, so that a sender that falls behind hides nothing; an alert opens at the time of the event that satisfies
 * it, and its latency is from there to the append time of its record.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Alert } from "../../src/alerts/alert.ts";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import type { OutgoingRecord } from "../../src/transport/log.ts";
import type { Installation } from "../../test/integration/support/installation.ts";
import { fourRules } from "../engine/lane.ts";
import type { BenchServers } from "../support/bench-servers.ts";
import { compareLines } from "../support/compare-lines.ts";
import { finalAlertLines, openingOf } from "../support/final-alert-lines.ts";
import { expectedLines } from "../support/oracle.ts";
import { percentile } from "../support/percentile.ts";
import { childWith, cpuOf, peakMemoryOf } from "../support/process-accounts.ts";
import { readTopic } from "../support/read-topic.ts";
import { redisUse } from "../support/redis-use.ts";
import type { RequestCount } from "../support/request-count.ts";
import { differences } from "../support/section.ts";
import { untilAtEnd } from "../support/until-at-end.ts";
import { partitions, settingsOf } from "./engine-run.ts";
import { type LiveStretch, liveEvent, liveRecord } from "./live-events.ts";

export interface LiveRun {
  readonly name: string;
  /** Events a second. */
  readonly rate: number;
  readonly seconds: number;
  /** The engine asks Redis through it. */
  readonly count?: RequestCount;
  /** Environment of the process that is measured. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface LiveFigures {
  readonly perSecond: number;
  /** CPU in microseconds a raw event; likewise commands, round trips and requests. */
  readonly engine: number;
  readonly kafka: number;
  readonly redis: number;
  readonly commands: number;
  readonly trips: number;
  /** 0 where nobody counts them. */
  readonly requests: number;
  /** MiB. */
  readonly memory: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly longest: number;
  readonly alerts: number;
}

export interface Measured {
  readonly figures: LiveFigures;
  readonly failures: readonly string[];
}

export const warmUpMs = 5_000;
const tickMs = 5;
const limitMs = 300_000;

export async function liveRun(
  servers: BenchServers,
  { name, rate, seconds, count, settings = {} }: LiveRun,
): Promise<Measured> {
  const corral = await servers.install(partitions, settingsOf("matched"));
  await corral.compress("alerts", "lz4"); // and the broker stamps what it appends
  const started = corral.start("enrich,correlate", {
    ...settings,
    ...(count === undefined ? {} : { CORRAL_REDIS_URL: count.address }),
  });
  await started.ready();
  const kafka = childWith("kafka.Kafka");
  const warmUp = await send(servers, corral, { name: "warm", began: Date.now(), rate }, warmUpMs);
  const counts = async () => ({
    engine: cpuOf(started.pid),
    kafka: cpuOf(kafka),
    requests: count?.requests ?? 0,
    ...(await redisUse(servers)),
  });
  const before = await counts();
  const run = await send(servers, corral, { name: "run", began: Date.now(), rate }, seconds * 1_000);
  const after = await counts();
  const used = (name: keyof typeof after) => (after[name] - before[name]) / run.sent;
  await untilAtEnd(corral, "enrich", limitMs);
  await untilAtEnd(corral, "correlate", limitMs);
  const memory = peakMemoryOf(started.pid);
  await started.terminate();
  const latencies = await latenciesOf(servers, corral);
  const at = (part: number) => percentile(latencies, part);
  return {
    figures: {
      perSecond: run.sent / run.seconds,
      engine: used("engine"),
      kafka: used("kafka"),
      redis: used("redis"),
      commands: used("commands"),
      trips: used("trips"),
      requests: used("requests"),
      memory,
      p50: at(0.5),
      p95: at(0.95),
      p99: at(0.99),
      longest: at(1),
      alerts: latencies.length,
    },
    failures: await faults(servers, corral, name, [warmUp, run]),
  };
}

/** Nothing closes while event time is the clock's, so that openings alone are compared. */
async function faults(
  servers: BenchServers,
  corral: Installation,
  name: string,
  stretches: readonly Sent[],
): Promise<readonly string[]> {
  const expected = expectedLines(eventsOf(stretches), fourRules).map(openingOf).sort();
  if (expected.length === 0) return [`${name}: nothing was planted`];
  const said = await finalAlertLines(servers.log, corral.topic("alerts"));
  return differences(name, compareLines(expected, said.map(openingOf).sort()));
}

function* eventsOf(stretches: readonly Sent[]): Generator<SecurityEvent> {
  for (const { stretch, sent } of stretches) {
    for (let made = 0; made < sent; made += 1) yield liveEvent(stretch, made);
  }
}

/** Of the alerts that the run opened, not the warming up; milliseconds. */
async function latenciesOf({ log }: BenchServers, corral: Installation): Promise<readonly number[]> {
  const latencies: number[] = [];
  for await (const { value, timestamp } of readTopic(log, corral.topic("alerts"))) {
    const { group, revision, opened_at } = JSON.parse(value!.toString()) as Alert;
    if (group.container?.startsWith("run-") && revision === 1) latencies.push(timestamp - opened_at);
  }
  return latencies;
}

interface Sent {
  readonly stretch: LiveStretch;
  readonly sent: number;
  readonly seconds: number;
}

/** Resolves when all has been acknowledged. */
async function send(
  servers: BenchServers,
  corral: Installation,
  stretch: LiveStretch,
  ms: number,
): Promise<Sent> {
  const { began, rate } = stretch;
  const producer = servers.log.producer();
  const topic = corral.topic("events.raw");
  const acknowledged: Promise<void>[] = [];
  let made = 0;
  for (let passed = 0; passed < ms; await sleep(tickMs)) {
    passed = Math.min(ms, Date.now() - began);
    const records: OutgoingRecord[] = [];
    for (; made < (passed * rate) / 1_000; made += 1) {
      const value = liveRecord(liveEvent(stretch, made));
      records.push({ topic, partition: made % partitions, key: null, value });
    }
    if (records.length > 0) acknowledged.push(producer.send(records));
  }
  await Promise.all(acknowledged);
  await producer.close();
  return { stretch, sent: made, seconds: (Date.now() - began) / 1_000 };
}
