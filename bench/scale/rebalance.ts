/**
 * How long partitions stand still while replicas come and go under a steady load: the longest time during which the offset
 * in the state of one partition did not move though there was something to read.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { seededRandom } from "../../src/app/shuffle-arrivals.ts";
import { Feed } from "../../test/chaos/feed.ts";
import type { Phase } from "../../test/chaos/phases.ts";
import { phaseOfStall } from "../../test/chaos/phases.ts";
import { Traffic } from "../../test/chaos/traffic.ts";
import { loadStart } from "../support/bench-load.ts";
import type { BenchServers } from "../support/bench-servers.ts";
import { compareLines } from "../support/compare-lines.ts";
import { finalAlertLines } from "../support/final-alert-lines.ts";
import { expectedLines, rulesOf } from "../support/oracle.ts";
import { say } from "../support/say.ts";
import { differences, type Section } from "../support/section.ts";
import { untilAtEnd } from "../support/until-at-end.ts";
import { rulePaths } from "./equality.ts";
import { OffsetWatch } from "./offset-watch.ts";

export interface RebalanceOptions {
  readonly seed: number;
  /** Events a second, about. */
  readonly rate: number;
  /** Seconds without anything happening, before and after each change. */
  readonly calmSeconds: number;
  readonly sessionSeconds: number;
}

const partitions = 8;
const usual = 3;
const dayMs = 86_400_000;
const limitMs = 300_000;
/** Of the traffic's containers, roughly; with their spacing it makes the rate. */
const eventsPerContainer = 10.5;
const speed = 100;

export async function rebalance(servers: BenchServers, options: RebalanceOptions): Promise<Section> {
  const { seed, rate, calmSeconds, sessionSeconds } = options;
  const corral = await servers.install(partitions, {
    CORRAL_RULES: rulePaths.join(","),
    CORRAL_SESSION_TIMEOUT: `${sessionSeconds}s`,
    CORRAL_HEARTBEAT_INTERVAL: `${Math.min(3_000, sessionSeconds * 100)}ms`,
  });
  const traffic = new Traffic({
    seed,
    start: loadStart,
    spacing: (eventsPerContainer * speed * 1_000) / rate,
  });
  const feed = new Feed({
    broker: servers.kafkaAddress,
    topic: corral.topic("events.raw"),
    partitions,
    traffic,
    start: loadStart,
    speed,
    random: seededRandom(seed),
    overloaded: () => false,
  });
  const watch = new OffsetWatch({ redis: servers.redis, log: servers.log, corral, partitions });
  const replicas = Array.from({ length: usual }, () => corral.start("correlate"));
  await Promise.all([corral.run("enrich"), ...replicas.map((each) => each.ready())]);
  await feed.start();
  await sleep(calmSeconds * 1_000);
  watch.start();

  const phases: Phase[] = [];
  const failures: string[] = [];
  const during = async (name: string, change: () => Promise<unknown>) => {
    const from = performance.now();
    await change();
    if (!(await watch.moved(limitMs))) failures.push(`${name}: a partition stood still for good`);
    await sleep(calmSeconds * 1_000);
    const to = performance.now();
    phases.push({ name, times: 1, events: { from: 0, to: 0 }, clock: { from, to } });
    say(`${name}: over`);
  };
  await during("nothing", () => sleep(calmSeconds * 1_000));
  await during("a replica joins", async () => {
    replicas.push(await corral.run("correlate"));
  });
  await during("a replica leaves (SIGTERM)", async () => {
    const code = await replicas.pop()!.terminate();
    if (code !== 0) failures.push(`a replica answered SIGTERM with ${code}`);
  });
  await during("a replica is killed (kill -9)", () => replicas.pop()!.kill());

  const stalls = watch.all();
  await watch.stop();
  await feed.finish(rulesOf(rulePaths).longestWindow + dayMs);
  await untilAtEnd(corral, "enrich", limitMs);
  await untilAtEnd(corral, "correlate", limitMs);
  const said = await finalAlertLines(servers.log, corral.topic("alerts"));
  const expected = expectedLines(traffic.inOrder(), rulePaths);
  failures.push(...differences("with replicas that come and go", compareLines(expected, said)));
  return {
    title: "How long a partition stands still while replicas come and go",
    head: ["what happens", "longest stall", "partitions that stood longer than 1 s"],
    rows: phases.map(({ name }) => {
      const own = stalls.filter((stall) => phaseOfStall(phases, stall) === name);
      const longest = own.reduce((most, { from, to }) => Math.max(most, to - from), 0);
      const standing = new Set(
        own.filter(({ from, to }) => to - from > 1_000).map(({ partition }) => partition),
      );
      return [name, `${(longest / 1_000).toFixed(2)} s`, `${standing.size} of ${partitions}`];
    }),
    notes: [
      `${feed.events} events at about ${rate} a second, ${usual} correlators, session timeout ${sessionSeconds} s; ` +
        `${said.length} alerts at the end, ${expected.length} expected.`,
    ],
    failures,
  };
}
