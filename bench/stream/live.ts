/**
 * L2, live: events sent at a steady rate, whatever the engine does (open loop). An event's time is the moment at which it was
 * to be sent, so that a sender that falls behind hides nothing; an alert opens at the time of the event that satisfies it,
 * and its latency is from there to the append time of its record.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Alert } from "../../src/alerts/alert.ts";
import type { OutgoingRecord } from "../../src/transport/log.ts";
import type { Installation } from "../../test/integration/support/installation.ts";
import type { BenchServers } from "../support/bench-servers.ts";
import { percentile } from "../support/percentile.ts";
import { childWith, cpuOf, peakMemoryOf } from "../support/process-accounts.ts";
import { readTopic } from "../support/read-topic.ts";
import { say } from "../support/say.ts";
import type { Section } from "../support/section.ts";
import { untilAtEnd } from "../support/until-at-end.ts";
import { partitions, redisCpu, settingsOf } from "./drain.ts";

export interface LiveOptions {
  /** What a drain came to, raw events a second. */
  readonly drained: number;
  /** Of it, what is sent. */
  readonly shares: readonly number[];
  readonly seconds: number;
}

/** These of one container, in this order, make a container escape. */
const attack = ["privilege_escalation", "sensitive_file_access", "capability_added", "namespace_change"];
/** An attack's events are so many events apart. */
const stepEvery = 50;
/** One in so many begins an attack; with the quarter that is `privilege_escalation` alone some 25 % are of use. */
const attackEvery = 400;
const warmUpMs = 5_000;
const tickMs = 5;
const limitMs = 300_000;
const padding = "x".repeat(180);

interface Measured {
  readonly sent: number;
  readonly perSecond: number;
  readonly engine: number;
  readonly kafka: number;
  readonly redis: number;
  readonly memory: number;
  readonly latencies: readonly number[];
  readonly missing: number;
}

export async function live(
  servers: BenchServers,
  { drained, shares, seconds }: LiveOptions,
): Promise<Section> {
  const rows: string[][] = [];
  const failures: string[] = [];
  for (const share of shares) {
    const rate = Math.round(drained * share);
    const measured = await run(servers, rate, seconds);
    const name = `${Math.round(share * 100)} % of the drain`;
    if (measured.missing > 0) failures.push(`${name}: ${measured.missing} alerts are missing`);
    const at = (part: number) => percentile(measured.latencies, part).toFixed(0);
    rows.push([
      name,
      measured.perSecond.toFixed(0),
      ...[measured.engine, measured.kafka, measured.redis].map((cpu) => cpu.toFixed(1)),
      ...[0.5, 0.95, 0.99, 1].map(at),
      String(measured.latencies.length),
      measured.memory.toFixed(0),
    ]);
    say(`live, ${rate} events/s: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`);
  }
  return {
    title: "L2: live",
    head: [
      "rate",
      "events/s",
      "engine, µs",
      "broker, µs",
      "Redis, µs",
      "p50, ms",
      "p95",
      "p99",
      "longest",
      "alerts",
      "peak MiB",
    ],
    rows,
    notes: [
      `${seconds} s after ${warmUpMs / 1_000} s of warming up, one process with both roles, forward: matched; state in Redis before ` +
        "an alert is sent. Sender, broker, Redis and engine share the machine's cores. Latency from the time at which the " +
        "event that satisfies the rule was to be sent to the append time of the alert.",
    ],
    failures,
  };
}

async function run(servers: BenchServers, rate: number, seconds: number): Promise<Measured> {
  const corral = await servers.install(partitions, settingsOf("matched"));
  await corral.compress("alerts", "lz4"); // and the broker stamps what it appends
  const started = corral.start("enrich,correlate");
  await started.ready();
  const kafka = childWith("kafka.Kafka");
  await send(servers, corral, rate, warmUpMs, "warm");
  const cpu = async () => [cpuOf(started.pid), cpuOf(kafka), await redisCpu(servers)];
  const before = await cpu();
  const { sent, attacks, seconds: took } = await send(servers, corral, rate, seconds * 1_000, "run");
  const used = (await cpu()).map((value, index) => (value - before[index]!) / sent);
  await untilAtEnd(corral, "enrich", limitMs);
  await untilAtEnd(corral, "correlate", limitMs);
  const memory = peakMemoryOf(started.pid);
  await started.terminate();
  const latencies: number[] = [];
  for await (const { value, timestamp } of readTopic(servers.log, corral.topic("alerts"))) {
    const { group, revision, opened_at, rule } = JSON.parse(value!.toString()) as Alert;
    const isOurs = rule.id === "container_escape_attempt" && group.container?.startsWith("run-") === true;
    if (isOurs && revision === 1) latencies.push(timestamp - opened_at);
  }
  return {
    sent,
    perSecond: sent / took,
    engine: used[0]!,
    kafka: used[1]!,
    redis: used[2]!,
    memory,
    latencies,
    missing: attacks - latencies.length,
  };
}

/** Resolves when all has been acknowledged. */
async function send(
  servers: BenchServers,
  corral: Installation,
  rate: number,
  ms: number,
  name: string,
): Promise<{ readonly sent: number; readonly attacks: number; readonly seconds: number }> {
  const producer = servers.log.producer();
  const topic = corral.topic("events.raw");
  const began = Date.now();
  const acknowledged: Promise<void>[] = [];
  let made = 0;
  let attacks = 0;
  for (let passed = 0; passed < ms; await sleep(tickMs)) {
    passed = Math.min(ms, Date.now() - began);
    const records: OutgoingRecord[] = [];
    for (; made < (passed * rate) / 1_000; made += 1) {
      const [container, type, isLast] = nextOf(made, name);
      if (isLast) attacks += 1;
      const timestamp = began + Math.floor((made * 1_000) / rate);
      const value = Buffer.from(
        `{"id":"${name}-${made}","timestamp":${timestamp},"container_id":"${container}","type":"${type}","severity":"low","source":"bench","details":{"command_line":"${padding}"}}`,
      );
      records.push({ topic, partition: made % partitions, key: null, value });
    }
    if (records.length > 0) acknowledged.push(producer.send(records));
  }
  await Promise.all(acknowledged);
  await producer.close();
  return { sent: made, attacks, seconds: (Date.now() - began) / 1_000 };
}

/** Container, type, and whether it is the last event of an attack. */
function nextOf(made: number, name: string): readonly [string, string, boolean] {
  for (let step = 0; step < attack.length; step += 1) {
    const first = made - step * stepEvery;
    if (first >= 0 && first % attackEvery === 0)
      return [`${name}-${first}`, attack[step]!, step === attack.length - 1];
  }
  const type = made % 4 === 1 ? "privilege_escalation" : `quiet_${made % 20}`;
  return [`b${(made % 2_000).toString(16).padStart(11, "0")}`, type, false];
}
