/**
 * One enriched log, judged by 1, 2, 4 and 8 correlator processes: each time a copy of the log, a consumer group and state of
 * their own. All must come to the alerts of the embedded engine.
 */

import { trafficLoad } from "../support/bench-load.ts";
import type { BenchServers } from "../support/bench-servers.ts";
import { compareLines, isEqual } from "../support/compare-lines.ts";
import { closeWindows, fillRaw } from "../support/fill-raw.ts";
import { finalAlertLines } from "../support/final-alert-lines.ts";
import { expectedLines, rulesOf } from "../support/oracle.ts";
import { say } from "../support/say.ts";
import { differences, type Section } from "../support/section.ts";
import { untilAtEnd } from "../support/until-at-end.ts";
import { copyTopic } from "./copy-topic.ts";

export interface EqualityOptions {
  readonly seed: number;
  readonly events: number;
  /** Numbers of processes. */
  readonly replicas: readonly number[];
}

/** The shipped rules, and rules over alerts of other groups, whose events cross partitions. */
export const rulePaths = ["rules", "test/chaos/rules"];
/** At least one for each of the processes. */
const partitions = 8;
const dayMs = 86_400_000;
const limitMs = 900_000;

export async function equality(servers: BenchServers, options: EqualityOptions): Promise<Section> {
  const { log } = servers;
  const settings = { CORRAL_RULES: rulePaths.join(",") };
  const source = await servers.install(partitions, settings);
  const load = trafficLoad(options.seed, options.events);
  const { events, last } = await fillRaw(log, source, load, partitions);
  await closeWindows(log, source, partitions, last + rulesOf(rulePaths).longestWindow + dayMs);
  const enricher = await source.run("enrich");
  await untilAtEnd(source, "enrich", limitMs);
  await enricher.terminate();
  say(`${events} events enriched`);
  const expected = expectedLines(load.inOrder(), rulePaths);

  const rows: string[][] = [];
  const failures: string[] = [];
  for (const count of options.replicas) {
    const corral = await servers.install(partitions, settings);
    const records = await copyTopic(log, source.topic("events.enriched"), corral.topic("events.enriched"));
    const began = performance.now();
    const started = Array.from({ length: count }, () => corral.start("correlate"));
    await Promise.all(started.map((each) => each.ready()));
    await untilAtEnd(corral, "correlate", limitMs);
    const seconds = (performance.now() - began) / 1_000;
    const owning = started.filter((each) => ownedBy(each.lines) > 0).length;
    await Promise.all(started.map((each) => each.terminate()));
    const said = await finalAlertLines(log, corral.topic("alerts"));
    const difference = compareLines(expected, said);
    failures.push(...differences(`${count} processes`, difference));
    rows.push([
      String(count),
      String(owning),
      String(records),
      String(said.length),
      isEqual(difference) ? "yes" : "NO",
      seconds.toFixed(1),
      String(Math.round(records / seconds)),
    ]);
    say(`${count} processes: ${seconds.toFixed(1)} s`);
  }
  return {
    title: "The same log through more and more correlators",
    head: [
      "processes",
      "of them with partitions",
      "enriched records",
      "alerts",
      "equal to the embedded engine's",
      "seconds from start to end",
      "records/s",
    ],
    rows,
    notes: [
      `${events} events over ${partitions} partitions, ${expected.length} alerts expected; equal in rule, group, opening, ` +
        "closed and number of events. The seconds hold the start of the processes.",
    ],
    failures,
  };
}

/** Partitions of the last assignment that a process told of. */
function ownedBy(lines: readonly string[]): number {
  const last = lines.findLast((line) => line.includes('"partitions assigned"'));
  return last === undefined ? 0 : (JSON.parse(last) as { owned: number[] }).owned.length;
}
