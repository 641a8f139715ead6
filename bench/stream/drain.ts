/** L2, draining, against the bare client that copies the same topic to another. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { BenchServers } from "../support/bench-servers.ts";
import { median, mediansOf } from "../support/median.ts";
import { say } from "../support/say.ts";
import type { Section } from "../support/section.ts";
import type { Copied, CopyTask } from "./bare-copy.ts";
import { type Drained, engineRun, fillTopic, partitions, type StreamLoad } from "./engine-run.ts";
import { requestsOf } from "./requests.ts";

/** `rate`: raw events a second when everything is forwarded only where it matches. */
export async function drain(
  servers: BenchServers,
  load: StreamLoad,
  runs: number,
): Promise<{ readonly section: Section; readonly rate: number }> {
  const copies: Copied[] = [];
  const all: Drained[] = [];
  const matched: Drained[] = [];
  for (let run = 0; run < runs; run += 1) {
    copies.push(await bareCopy(servers, load));
    all.push(await engineRun(servers, load, { name: "forward all", forward: "all" }));
    matched.push(await engineRun(servers, load, { name: "forward matched", forward: "matched" }));
  }
  const asked = {
    all: await requestsOf(servers, load, "all"),
    matched: await requestsOf(servers, load, "matched"),
  };
  const count = load.lines.length;
  const bare = median(copies.map(({ cpu }) => cpu)) / count;
  const copied = median(copies.map(({ seconds }) => seconds));
  const figures = mediansOf(matched.map((each) => each.figures));
  const section: Section = {
    title: "L2: a full topic drained",
    head: [
      "what",
      "engine ÷ bare copy",
      "engine, µs",
      "broker, µs",
      "Redis, µs",
      "Redis commands",
      "Redis requests",
      "Redis round trips",
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
        ...["", "", "", "", "", "1.00", "", ""],
        (count / copied).toFixed(0),
      ],
      row("everything forwarded", mediansOf(all.map((each) => each.figures)), asked.all.requests, bare),
      row("forward: matched", figures, asked.matched.requests, bare),
    ],
    notes: [
      `${count} raw events, a quarter of them of use to one of the four rules, ${partitions} partitions, one process with both ` +
        `roles; all by raw event, medians of ${runs} runs in turn, CPU by the operating system's account. The engine's is from ` +
        "its first moment, less that of a process that starts and has nothing to do. Commands are all that Redis runs, inside of " +
        "scripts too; requests what is sent to it, counted by a proxy in one more run; round trips at most, by the answers that " +
        "Redis wrote to a socket.",
    ],
    failures: [...all, ...matched, asked.all, asked.matched].flatMap(({ failures }) => failures),
  };
  return { section, rate: figures.perSecond };
}

function row(name: string, figures: Drained["figures"], requests: number, bare: number): readonly string[] {
  const { engine, kafka, redis, commands, trips, records, bytes, memory, perSecond } = figures;
  return [
    name,
    `${(engine / bare).toFixed(2)}×`,
    ...[engine, kafka, redis].map((value) => value.toFixed(1)),
    ...[commands, requests, trips].map((value) => value.toFixed(3)),
    records.toFixed(2),
    ...[bytes, memory, perSecond].map((value) => value.toFixed(0)),
  ];
}

async function bareCopy(servers: BenchServers, load: StreamLoad): Promise<Copied> {
  const corral = await servers.install(partitions);
  await fillTopic(servers, corral, load.lines);
  const task: CopyTask = {
    broker: servers.kafkaAddress,
    from: corral.topic("events.raw"),
    to: corral.topic("events.enriched"),
    group: `${corral.prefix}copy`,
    records: load.lines.length,
  };
  const words = ["--disable-warning=TimeoutNegativeWarning", join(import.meta.dirname, "bare-copy.ts")];
  const { stdout } = await promisify(execFile)(process.execPath, [...words, JSON.stringify(task)]);
  const copied = JSON.parse(stdout) as Copied;
  say(`bare copy: ${(copied.cpu / load.lines.length).toFixed(1)} µs an event`);
  return copied;
}
