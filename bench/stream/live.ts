/** L2, live: what an event costs and how long an alert takes, at rates below that of a drain. */
import type { BenchServers } from "../support/bench-servers.ts";
import { mediansOf } from "../support/median.ts";
import { RequestCount } from "../support/request-count.ts";
import { say } from "../support/say.ts";
import type { Section } from "../support/section.ts";
import { type LiveFigures, liveRun, type Measured, warmUpMs } from "./live-run.ts";

export interface LiveOptions {
  /** What a drain came to, raw events a second. */
  readonly drained: number;
  /** Of it, what is sent. */
  readonly shares: readonly number[];
  readonly seconds: number;
  readonly runs: number;
}

/** The client that takes less CPU; see clients.ts. */
const settings = { CORRAL_KAFKA_CLIENT: "platformatic" };

export async function live(servers: BenchServers, options: LiveOptions): Promise<Section> {
  const { drained, shares, seconds, runs } = options;
  const rows: (readonly string[])[] = [];
  const failures: string[] = [];
  for (const share of shares) {
    const rate = Math.round(drained * share);
    const name = `${Math.round(share * 100)} % of the drain`;
    const measured: Measured[] = [];
    for (let run = 0; run < runs; run += 1)
      measured.push(await liveRun(servers, { name, rate, seconds, settings }));
    const count = await RequestCount.listen(servers.redisAddress);
    const counted = await liveRun(servers, { name, rate, seconds, count, settings }).finally(() =>
      count.close(),
    );
    failures.push(...[...measured, counted].flatMap((each) => each.failures));
    const figures = mediansOf(measured.map((each) => each.figures));
    rows.push(rowOf(name, figures, counted.figures.requests));
    say(`live, ${rate} events/s: p50 ${figures.p50.toFixed(0)} ms, p99 ${figures.p99.toFixed(0)} ms`);
  }
  return {
    title: "L2: live",
    head: [
      "rate",
      "events/s",
      "engine, µs",
      "broker, µs",
      "Redis, µs",
      "Redis commands",
      "Redis requests",
      "Redis round trips",
      "p50, ms",
      "p95",
      "p99",
      "longest",
      "alerts",
      "peak MiB",
    ],
    rows,
    notes: [
      `${seconds} s after ${warmUpMs / 1_000} s of warming up, one process with both roles, forward: matched, the client platformatic; state in Redis before ` +
        `an alert is sent; medians of ${runs} runs, requests by a proxy in one more. Sender, broker, Redis and ` +
        "engine share the machine's cores. Latency from the time at which the event that satisfies the rule was to be sent to " +
        "the append time of the alert. Every run must come to the openings of the embedded engine.",
    ],
    failures,
  };
}

function rowOf(name: string, figures: LiveFigures, requests: number): readonly string[] {
  const { perSecond, engine, kafka, redis, commands, trips, p50, p95, p99, longest, alerts, memory } =
    figures;
  return [
    name,
    perSecond.toFixed(0),
    ...[engine, kafka, redis].map((cpu) => cpu.toFixed(1)),
    ...[commands, requests, trips].map((number) => number.toFixed(3)),
    ...[p50, p95, p99, longest, alerts, memory].map((value) => value.toFixed(0)),
  ];
}
