/**
 * A replica joins and takes over a partition with many live groups, each a window in Redis. It must not read them: only
 * what its traffic touches. Counted by Redis itself from the moment the new process has checked its surroundings until the
 * traffic that begins with its claim is judged; what the old owner of the other partition asks for is in the count too.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { partitionKeys } from "../../src/state/redis/keys.ts";
import { partitionFor } from "../../src/transport/kafka/partition-for.ts";
import type { CorralProcess } from "../../test/integration/support/corral-process.ts";
import type { Installation } from "../../test/integration/support/installation.ts";
import { nativeJson } from "../../test/integration/support/load.ts";
import { loadStart } from "../support/bench-load.ts";
import type { BenchServers } from "../support/bench-servers.ts";
import { compareLines } from "../support/compare-lines.ts";
import { closeWindows, fillRaw } from "../support/fill-raw.ts";
import { finalAlertLines } from "../support/final-alert-lines.ts";
import { expectedLines } from "../support/oracle.ts";
import { say } from "../support/say.ts";
import { differences, type Section } from "../support/section.ts";
import { untilAtEnd } from "../support/until-at-end.ts";

export interface TakeoverOptions {
  /** Live groups in each partition. */
  readonly groups: number;
  /** Groups of each partition that speak again after the join. */
  readonly touched: number;
}

const partitions = 2;
const rules = ["bench/scale/rules/live-groups.yml"];
const limitMs = 600_000;
const hourMs = 3_600_000;

export async function takeover(
  servers: BenchServers,
  { groups, touched }: TakeoverOptions,
): Promise<Section> {
  const corral = await servers.install(partitions, {
    CORRAL_RULES: rules.join(","),
    CORRAL_LOG_LEVEL: "debug",
  });
  const [enricher, old] = [corral.start("enrich"), corral.start("correlate")];
  await Promise.all([enricher.ready(), old.ready()]);
  const containers = containersByPartition(groups);
  const first = containers.flat().map((container, index) => spoke(container, loadStart + index));
  await write(servers, corral, first);
  const live = await liveGroups(servers, corral);
  say(`live groups by partition: ${live.join(", ")}`);

  const joining = corral.start("correlate");
  await joining.says('"msg":"starting"');
  const before = await usage(servers);
  // From its claim on, so that there is something to apply.
  const again = Array.from({ length: touched }, (_, index) =>
    containers.map((own) => spoke(own[index]!, loadStart + hourMs + index)),
  );
  await joining.says('"partitions assigned"');
  const writing = trickle(servers, corral, again);
  await joining.says('"partition taken over"');
  const applied = await untilApplied(joining);
  const claimed = await usage(servers);
  await writing;
  await untilJudged(corral);
  const after = await usage(servers);
  await closeWindows(servers.log, corral, partitions, loadStart + 72 * hourMs);
  await untilJudged(corral);
  await Promise.all([enricher, old, joining].map((each) => each.terminate()));

  const said = await finalAlertLines(servers.log, corral.topic("alerts"));
  const expected = expectedLines([...first, ...again.flat()], rules);
  const failures = [...differences("after the takeover", compareLines(expected, said))];
  // A claim reads the outbox and, by raw partition, what has been seen.
  const most = partitions * touched + 1 + partitions;
  const reads = after.windows - before.windows;
  if (reads > most) failures.push(`${reads} sorted sets were read: more than ${most}`);
  const between = (from: Usage, to: Usage) => [
    String(to.windows - from.windows),
    String(to.commands - from.commands),
    kib(to.bytes - from.bytes),
  ];
  return {
    title: "A replica takes over a partition with many live groups",
    head: [
      "from start of the replica to",
      "sorted sets read (windows, and a few at the claim)",
      "commands",
      "KiB that Redis sent",
    ],
    rows: [
      ["the first slice applied", ...between(before, claimed)],
      [`${touched} groups of each partition spoke again, all is judged`, ...between(before, after)],
    ],
    notes: [
      `${live[0]} live groups in each of ${partitions} partitions, ${mib(after.memory)} of Redis; the replica took over ` +
        `${ownedBy(joining)} of them ${(joinMs(joining) / 1_000).toFixed(2)} s after it had started to join, the claim itself ` +
        `took ${claimMs(joining)} ms, the first slice was applied at most ${applied - takenOverAt(joining)} ms after it.`,
      `${said.length} alerts, ${expected.length} expected.`,
    ],
    failures,
  };
}

interface Usage {
  /** Windows are sorted sets that are read whole. */
  readonly windows: number;
  readonly commands: number;
  readonly bytes: number;
  readonly memory: number;
}

/** Of the whole server, since it started. */
async function usage(servers: BenchServers): Promise<Usage> {
  const stats = await servers.redis.info("commandstats");
  const calls = new Map(
    [...stats.matchAll(/cmdstat_(\S+?):calls=(\d+)/g)].map(([, name, count]) => [name!, Number(count)]),
  );
  return {
    windows: calls.get("zrange") ?? 0,
    commands: [...calls.values()].reduce((sum, count) => sum + count, 0),
    bytes: await servers.info("stats", "total_net_output_bytes"),
    memory: await servers.info("memory", "used_memory"),
  };
}

/** Names by the partition that their groups live in. */
function containersByPartition(groups: number): readonly (readonly string[])[] {
  const names: string[][] = Array.from({ length: partitions }, () => []);
  for (let n = 1; names.some((own) => own.length < groups); n += 1) {
    const name = n.toString(16).padStart(12, "0");
    const own = names[partitionFor(`container=${name}`, partitions)]!;
    if (own.length < groups) own.push(name);
  }
  return names;
}

function spoke(container: string, timestamp: number): SecurityEvent {
  const id = `${container}-${timestamp}`;
  const rest = { severity: "low", source: "bench", details: {}, enrichment: {} } as const;
  return { id, timestamp, container_id: container, type: "bench_spoke", ...rest };
}

async function write(
  servers: BenchServers,
  corral: Installation,
  events: readonly SecurityEvent[],
): Promise<void> {
  await fillRaw(servers.log, corral, { arrivals: () => events, inOrder: () => events }, partitions);
  await untilJudged(corral);
}

/** One event a partition every 20 ms. */
async function trickle(
  { log }: BenchServers,
  corral: Installation,
  rounds: readonly (readonly SecurityEvent[])[],
): Promise<void> {
  const producer = log.producer();
  const topic = corral.topic("events.raw");
  for (const events of rounds) {
    await producer.send(
      events.map((event, partition) => ({
        topic,
        partition: partition % partitions,
        key: null,
        value: Buffer.from(nativeJson(event)),
      })),
    );
    await sleep(20);
  }
  await producer.close();
}

async function untilJudged(corral: Installation): Promise<void> {
  await untilAtEnd(corral, "enrich", limitMs);
  await untilAtEnd(corral, "correlate", limitMs);
}

async function liveGroups(servers: BenchServers, { prefix }: Installation): Promise<readonly number[]> {
  const keys = Array.from(
    { length: partitions },
    (_, p) => partitionKeys(prefix, "events.enriched", p).expiry,
  );
  return Promise.all(keys.map((key) => servers.redis.zcard(key)));
}

/** The clock, milliseconds, when the process had applied its first slice. */
async function untilApplied(process: CorralProcess): Promise<number> {
  while ((await process.metric("corral_state_apply_duration_seconds_count")) === 0) await sleep(10);
  return Date.now();
}

interface LogLine {
  readonly time: number | string;
  readonly msg: string;
  readonly owned?: readonly number[];
  readonly added?: readonly number[];
}

function linesOf(process: CorralProcess, message: string): readonly LogLine[] {
  return process.lines
    .filter((line) => line.includes(`"msg":"${message}"`))
    .map((line) => JSON.parse(line) as LogLine);
}

function timeOf(line: LogLine | undefined): number {
  return line === undefined ? Number.NaN : new Date(line.time).getTime();
}

function takenOverAt(process: CorralProcess): number {
  return timeOf(linesOf(process, "partition taken over")[0]);
}

function assignment(process: CorralProcess): LogLine | undefined {
  return linesOf(process, "partitions assigned").find(({ added }) => (added?.length ?? 0) > 0);
}

function claimMs(process: CorralProcess): number {
  return takenOverAt(process) - timeOf(assignment(process));
}

function joinMs(process: CorralProcess): number {
  return takenOverAt(process) - timeOf(linesOf(process, "starting")[0]);
}

function ownedBy(process: CorralProcess): number {
  return assignment(process)?.owned?.length ?? 0;
}

function kib(bytes: number): string {
  return (bytes / 1_024).toFixed(1);
}

function mib(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
