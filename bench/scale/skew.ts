/**
 * One key sends half of all events. How long do alerts of other keys take that share its partition, and how long without
 * it, when the same number of events is spread evenly? From the moment an event is sent to that of its alert's record.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Alert } from "../../src/alerts/alert.ts";
import { seededRandom } from "../../src/app/shuffle-arrivals.ts";
import { partitionFor } from "../../src/transport/kafka/partition-for.ts";
import type { OutgoingRecord } from "../../src/transport/log.ts";
import type { Installation } from "../../test/integration/support/installation.ts";
import type { BenchServers } from "../support/bench-servers.ts";
import { percentile } from "../support/percentile.ts";
import { readTopic } from "../support/read-topic.ts";
import { say } from "../support/say.ts";
import type { Section } from "../support/section.ts";
import { untilAtEnd } from "../support/until-at-end.ts";

export interface SkewOptions {
  readonly seed: number;
  /** Events a second, all keys together. */
  readonly rate: number;
  readonly seconds: number;
}

/** What is promised of other keys on the hot key's partition (docs/guarantees.md). */
export const bound = { ratio: 2, slackMs: 500 } as const;

const partitions = 4;
const replicas = 2;
const rules = "bench/scale/rules/probe.yml";
const hot = "0ffee0ffee00";
const others = 2_000;
const tickMs = 50;
/** Of the events of other keys. */
const probeShare = 0.1;
const warmUpMs = 5_000;
const limitMs = 120_000;

interface Latencies {
  /** Milliseconds, of probes whose key shares the partition of the hot one, and of all others. */
  readonly shared: readonly number[];
  readonly apart: readonly number[];
  readonly missing: number;
}

export async function skew(servers: BenchServers, options: SkewOptions): Promise<Section> {
  const even = await round(servers, options, false);
  say("even load: over");
  const skewed = await round(servers, options, true);
  say("skewed load: over");
  const p99 = (latencies: readonly number[]) => percentile(latencies, 0.99);
  const [without, withHot] = [p99(even.shared), p99(skewed.shared)];
  const failures: string[] = [];
  if (even.missing + skewed.missing > 0) failures.push(`${even.missing + skewed.missing} alerts are missing`);
  if (withHot > bound.ratio * without + bound.slackMs) {
    failures.push(`p99 of ${ms(withHot)} is more than ${bound.ratio} × ${ms(without)} + ${bound.slackMs} ms`);
  }
  const row = (name: string, latencies: readonly number[]) => [
    name,
    String(latencies.length),
    ...[0.5, 0.99, 1].map((share) => ms(percentile(latencies, share))),
  ];
  return {
    title: "One key sends half of all events",
    head: ["alerts of other keys", "alerts", "median", "p99", "longest"],
    rows: [
      row("on that key's partition, without it", even.shared),
      row("on that key's partition, with it", skewed.shared),
      row("on other partitions, without it", even.apart),
      row("on other partitions, with it", skewed.apart),
    ],
    notes: [
      `${options.rate} events a second for ${options.seconds} s over ${partitions} partitions and ${replicas} correlators; ` +
        `p99 with it ÷ p99 without it: ${(withHot / without).toFixed(2)}.`,
    ],
    failures,
  };
}

async function round(servers: BenchServers, options: SkewOptions, skewed: boolean): Promise<Latencies> {
  const corral = await servers.install(partitions, { CORRAL_RULES: rules });
  const started = [
    corral.start("enrich"),
    ...Array.from({ length: replicas }, () => corral.start("correlate")),
  ];
  await Promise.all(started.map((each) => each.ready()));
  const sent = await send(servers, corral, options, skewed);
  await untilAtEnd(corral, "enrich", limitMs);
  await untilAtEnd(corral, "correlate", limitMs);
  await Promise.all(started.map((each) => each.terminate()));
  return latencies(servers, corral, sent);
}

/** Resolves to the clock at which each probe was handed to the producer, by container, the first seconds left out. */
async function send(
  servers: BenchServers,
  corral: Installation,
  { seed, rate, seconds }: SkewOptions,
  skewed: boolean,
): Promise<ReadonlyMap<string, number | null>> {
  const random = seededRandom(seed);
  const producer = servers.log.producer();
  const topic = corral.topic("events.raw");
  const sent = new Map<string, number | null>();
  const end = warmUpMs + seconds * 1_000;
  let made = 0;
  for (const began = performance.now(); ; await sleep(tickMs)) {
    const passed = performance.now() - began;
    const now = Date.now();
    const records: OutgoingRecord[] = [];
    for (; made < (passed * rate) / 1_000; made += 1) {
      const [container, type] = nextOf(made, random, skewed);
      if (type === "bench_probe") sent.set(container, passed < warmUpMs ? null : now);
      const event = {
        id: `${container}-${made}`,
        timestamp: now,
        container_id: container,
        type,
        severity: "low",
      };
      const value = Buffer.from(JSON.stringify({ ...event, source: "bench" }));
      records.push({ topic, partition: made % partitions, key: null, value });
    }
    await producer.send(records);
    if (passed > end) break;
  }
  await producer.close();
  return sent;
}

/** In turn one of the half that is hot or spread, and one of the other half, which is the same in both rounds. */
function nextOf(made: number, random: () => number, skewed: boolean): readonly [string, string] {
  const [which, kind] = [random(), random()];
  const other = Math.floor(which * others)
    .toString(16)
    .padStart(12, "a");
  if (made % 2 === 0) return [skewed ? hot : other, "bench_connection"];
  if (kind >= probeShare) return [other, "bench_connection"];
  return [made.toString(16).padStart(12, "b"), "bench_probe"];
}

async function latencies(
  { log }: BenchServers,
  corral: Installation,
  sent: ReadonlyMap<string, number | null>,
): Promise<Latencies> {
  const said = new Map<string, number>();
  for await (const { value, timestamp } of readTopic(log, corral.topic("alerts"))) {
    const { group, status } = JSON.parse(value!.toString()) as Alert;
    if (status === "open" && !said.has(group.container!)) said.set(group.container!, timestamp);
  }
  const [shared, apart]: [number[], number[]] = [[], []];
  const own = partitionFor(`container=${hot}`, partitions);
  let missing = 0;
  for (const [container, at] of sent) {
    const then = said.get(container);
    if (then === undefined) missing += 1;
    else if (at !== null) {
      (partitionFor(`container=${container}`, partitions) === own ? shared : apart).push(then - at);
    }
  }
  return { shared, apart, missing };
}

function ms(value: number): string {
  return `${Math.round(value)} ms`;
}
