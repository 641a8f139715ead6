/** One case: fills the raw topic, starts the processes into it, and watches until nothing is left to read. */
import { setTimeout as sleep } from "node:timers/promises";
import type { BenchServers } from "../support/bench-servers.ts";
import { compareLines } from "../support/compare-lines.ts";
import { closeWindows, fillRaw } from "../support/fill-raw.ts";
import { finalAlertLines } from "../support/final-alert-lines.ts";
import { expectedLines, rulesOf } from "../support/oracle.ts";
import { say } from "../support/say.ts";
import { differences } from "../support/section.ts";
import { lagOf } from "../support/until-at-end.ts";
import { type MemoryUse, MemoryWatch } from "./memory-watch.ts";
import { type CaseOptions, type OverloadCase, partitions } from "./overload-case.ts";

export interface CaseResult {
  readonly events: number;
  /** From the start of the processes until both groups stood at the ends, seconds. */
  readonly seconds: number;
  /** Of these, how long it was held, seconds. */
  readonly held: number;
  /** Most records that a group had not committed: of the raw and of the enriched topic. */
  readonly mostLag: { readonly enrich: number; readonly correlate: number };
  readonly memory: readonly MemoryUse[];
  readonly expected: number;
  readonly said: number;
  readonly notes: readonly string[];
  readonly failures: readonly string[];
}

export interface RunCaseOptions extends CaseOptions {
  /** How long the case holds at most, seconds. */
  readonly holdSeconds: number;
  /** A case that takes longer has not caught up, seconds. */
  readonly limitSeconds: number;
}

const correlators = 2;
const dayMs = 86_400_000;
const lookMs = 500;

export async function runCase(
  servers: BenchServers,
  { name, rules, settings, load: loadOf, begin, end, judge = equal, notes }: OverloadCase,
  options: RunCaseOptions,
): Promise<CaseResult> {
  const { log, proxied } = servers;
  const corral = await servers.install(partitions, { CORRAL_RULES: rules.join(","), ...settings });
  const load = loadOf(options);
  const { events, last } = await fillRaw(log, corral, load, partitions);
  await closeWindows(log, corral, partitions, last + rulesOf(rules).longestWindow + dayMs);
  say(`${name}: ${events} events wait`);

  await begin?.(servers);
  const began = performance.now();
  const passed = () => (performance.now() - began) / 1_000;
  const enricher = corral.start("enrich");
  const processes = [
    { name: "enricher", process: enricher },
    ...Array.from({ length: correlators }, (_, index) => ({
      name: `correlator ${index + 1}`,
      process: corral.start("correlate", proxied),
    })),
  ];
  await Promise.all(processes.map(({ process }) => process.ready()));
  const watch = new MemoryWatch(processes.map((each) => ({ name: each.name, pid: each.process.pid })));
  const mostLag = { enrich: 0, correlate: 0 };
  const failures: string[] = [];
  let held: number | undefined;
  // Twice in a row: correlators write to their own topic too. With the enricher no watermark records come any more.
  for (let times = 0; times < 2; await sleep(lookMs)) {
    const lag = { enrich: await lagOf(corral, "enrich"), correlate: await lagOf(corral, "correlate") };
    mostLag.enrich = Math.max(mostLag.enrich, lag.enrich);
    mostLag.correlate = Math.max(mostLag.correlate, lag.correlate);
    if (lag.enrich === 0 && enricher.running) await enricher.terminate();
    times = lag.enrich + lag.correlate === 0 ? times + 1 : 0;
    if (held === undefined && passed() > options.holdSeconds) {
      await end?.(servers);
      held = passed();
      say(
        `${name}: held for ${held.toFixed(0)} s, ${lag.enrich} raw and ${lag.correlate} enriched records wait`,
      );
    }
    if (passed() > options.limitSeconds) {
      failures.push(
        `after ${options.limitSeconds} s ${lag.enrich} raw and ${lag.correlate} enriched records wait`,
      );
      break;
    }
  }
  const seconds = passed();
  if (held === undefined) await end?.(servers);
  const memory = watch.stop();
  for (const each of processes) {
    if (!each.process.running && each.process !== enricher) failures.push(`the ${each.name} ended by itself`);
    await each.process.terminate();
  }
  say(`${name}: caught up after ${seconds.toFixed(1)} s`);
  const expected = expectedLines(load.inOrder(), rules);
  const said = await finalAlertLines(log, corral.topic("alerts"));
  failures.push(...judge(expected, said));
  const counts = { expected: expected.length, said: said.length };
  return {
    events,
    seconds,
    held: held ?? seconds,
    mostLag,
    memory,
    ...counts,
    notes: (await notes?.(servers, said)) ?? [],
    failures,
  };
}

function equal(expected: readonly string[], said: readonly string[]): readonly string[] {
  return differences("against the embedded engine", compareLines(expected, said));
}
