/**
 * `npm run test:chaos -- [--long] [--minutes N] [--seed N] [--only FAULT] [--keep FOLDER] [--list]`: real servers and processes, broken one
 * way after the other while seeded traffic flows, and then what they said against what they had to say. Ends with exit
 * code 1 when anything was lost or differs. The seed decides events and faults; how they fall together is the machine's.
 * `--keep` writes the logs there, to look for a cause.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { loadRuleSet } from "../../src/app/load-rule-set.ts";
import { seededRandom } from "../../src/app/shuffle-arrivals.ts";
import { table } from "../../src/cli/table.ts";
import { safeText } from "../../src/safe-text.ts";
import { say } from "../services/service.ts";
import { drain, judgeAll } from "./aftermath.ts";
import { allFaults } from "./all-faults.ts";
import type { Fault } from "./fault.ts";
import { Feed } from "./feed.ts";
import type { Phase } from "./phases.ts";
import { report } from "./report.ts";
import { partitions, rulePaths, Stage } from "./stage.ts";
import { Traffic } from "./traffic.ts";
import type { Finding } from "./verdict.ts";

/** A Friday evening, UTC: outside business hours, so that all planted attacks count. */
const start = Date.parse("2026-01-02T18:00:00Z");
const speed = 100;
/** Event time between two containers: 150 events a second, half of the containers attacked. */
const spacingMs = 7_000;
/** Above, the traffic waits: more than the machine judges in half a minute. */
const maxLag = 20_000;
/** The long form goes through all faults so many times, each time in another order. */
const longRounds = 20;
/** Fewer planted attacks that were to be found would prove nothing. */
const fewestAlerts = 50;
const shownFindings = 20;
const hourMs = 3_600_000;

const { values } = parseArgs({
  options: {
    long: { type: "boolean", default: false },
    minutes: { type: "string" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    keep: { type: "string" },
    list: { type: "boolean", default: false },
  },
});
const seed = wholeNumber("seed", values.seed);
const minutes =
  values.minutes === undefined ? Number.POSITIVE_INFINITY : wholeNumber("minutes", values.minutes);
const faults = chosenFaults(values.only);
// Some faults reach into files and processes of the servers.
process.env.CORRAL_TEST_ORIGIN = "process";
// Else an interrupt would leave the workers behind.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));

if (values.list) {
  const rows = allFaults.map(({ name, times, does }) => [
    name,
    String(times.short),
    String(times.long),
    does,
  ]);
  tell(table(["fault", "short", "long", "what it does"], rows));
} else {
  process.exitCode = await run();
}

async function run(): Promise<number> {
  const began = performance.now();
  const random = seededRandom(seed);
  const skipped = await skippedFaults();
  const stage = await Stage.open(values.keep);
  try {
    const traffic = new Traffic({ seed, start, spacing: spacingMs });
    const feed = new Feed({
      broker: stage.kafka.address,
      topic: stage.corral.topic("events.raw"),
      partitions,
      traffic,
      start,
      speed,
      random: seededRandom(seed + 1),
      overloaded: () => stage.watch.lag("enrich") + stage.watch.lag("correlate") > maxLag,
    });
    await feed.start();
    say(`all is up after ${seconds(began)} s; seed ${seed}`);
    await sleep(5_000);
    const phases = await breakAll(stage, feed, skipped, random);
    await stage.goesOn();
    const { longestWindow } = loadRuleSet({ rules: rulePaths, calendar: {}, lists: {} });
    await feed.finish(longestWindow + 24 * hourMs);
    await drain(stage);
    say(`all is judged after ${seconds(began)} s`);
    const stalls = stage.watch.all();
    const { findings, alerts, actions, garbage } = await judgeAll(stage, traffic, values.keep);
    if (alerts < fewestAlerts) stage.problem(`only ${alerts} alerts were to be found: that proves nothing`);

    tell(report({ faults: faults.map(({ name }) => name), skipped, phases, findings, stalls }));
    const claims = [...stage.claimsLost].map(([code, times]) => `${times} ${code}`).join(", ");
    tell(
      `\n${feed.events} events of ${traffic.containers} containers in ${seconds(began)} s, seed ${seed}: ${alerts} alerts, ` +
        `${actions} action records, ${garbage} dead letters as planted; claims lost: ${claims === "" ? "none" : claims}`,
    );
    if (feed.held > 0) tell(`the traffic waited ${(feed.held / 1_000).toFixed(0)} s for the machine`);
    for (const [name, why] of skipped) tell(`SKIPPED ${name}: ${why}`);
    return judged(stage, findings);
  } finally {
    await stage.close();
  }
}

/** All faults, each as often as the form says, in rounds; each in an order of its own. */
async function breakAll(
  stage: Stage,
  feed: Feed,
  skipped: ReadonlyMap<string, string>,
  random: () => number,
): Promise<readonly Phase[]> {
  const rounds = values.long ? longRounds : 1;
  const end = performance.now() + minutes * 60_000;
  const phases: Phase[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const fault of inSomeOrder(faults, random)) {
      if (skipped.has(fault.name) || performance.now() > end) continue;
      const times = Math.ceil((values.long ? fault.times.long : fault.times.short) / rounds);
      phases.push(await inject(stage, feed, fault, times, end, random));
    }
  }
  return phases;
}

async function inject(
  stage: Stage,
  feed: Feed,
  fault: Fault,
  times: number,
  end: number,
  random: () => number,
): Promise<Phase> {
  const from = { events: feed.time, clock: performance.now() };
  let done = 0;
  try {
    while (done < times && performance.now() < end) {
      await fault.inject(stage, random);
      done += 1;
    }
    await stage.goesOn();
  } catch (error) {
    stage.problem(`"${fault.name}" did not come off: ${error instanceof Error ? error.stack : error}`);
  }
  const to = { events: feed.time, clock: performance.now() };
  say(`${fault.name}, ${done} times in ${((to.clock - from.clock) / 1_000).toFixed(1)} s`);
  return {
    name: fault.name,
    times: done,
    events: { from: from.events, to: to.events },
    clock: { from: from.clock, to: to.clock },
  };
}

/** The last lines, and the exit code. */
function judged({ problems }: Stage, findings: readonly Finding[]): number {
  const bad = findings.filter(({ kind }) => kind !== "doubled");
  for (const { kind, text } of bad.slice(0, shownFindings)) tell(`${kind}: ${text}`);
  if (bad.length > shownFindings) tell(`… and ${bad.length - shownFindings} more`);
  for (const problem of problems) tell(`problem: ${problem}`);
  const count = (kind: Finding["kind"]) => findings.filter((finding) => finding.kind === kind).length;
  tell(
    `${count("lost")} lost, ${count("differing")} differing, ${count("doubled")} doubled, ${problems.length} problems`,
  );
  return bad.length + problems.length === 0 ? 0 : 1;
}

async function skippedFaults(): Promise<ReadonlyMap<string, string>> {
  const skipped = new Map<string, string>();
  for (const { name, unable } of faults) {
    const why = (await unable?.()) ?? null;
    if (why === null) continue;
    skipped.set(name, why);
    say(`SKIPPED ${name}: ${why}`);
  }
  return skipped;
}

function chosenFaults(only: string | undefined): readonly Fault[] {
  if (only === undefined) return allFaults;
  const chosen = allFaults.filter(({ name }) => name.includes(only));
  if (chosen.length > 0) return chosen;
  const names = allFaults.map(({ name }) => name).join(", ");
  throw new Error(`Cannot choose faults: --only must be in a name of ${names}: current value is ${only}`);
}

function inSomeOrder<T>(list: readonly T[], random: () => number): readonly T[] {
  return list
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new Error(`Cannot run: --${name} must be a whole number: current value is ${text}`);
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1_000).toFixed(0);
}

function tell(text: string): void {
  process.stdout.write(`${safeText(text)}\n`);
}
