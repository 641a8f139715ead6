/**
 * `npm run simulate -- [--seeds N] [--from S] [--workers W] [--minutes M] [--forever] [--only KINDS] [--stop-at N]`:
 * the whole product under faults, by seeds. `--seed S` plays one and prints what happens in it, `--scenario FILE` one that
 * is written down. A seed that fails is made smaller and printed as a scenario file; at `--stop-at` (10) bad seeds it ends.
 * Exit code 0: every run kept every promise; 1: not.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { generateScenario } from "./generate-scenario.ts";
import { addRun, addTotals, noTotals, reportLines } from "./report.ts";
import type { Scenario } from "./scenario.ts";
import { shrink } from "./shrink.ts";
import { simulate } from "./simulate.ts";
import type { Share, Told } from "./worker.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "200" },
    from: { type: "string", default: "1" },
    workers: { type: "string", default: "2" },
    minutes: { type: "string" },
    forever: { type: "boolean", default: false },
    only: { type: "string" },
    "stop-at": { type: "string", default: "10" },
    "no-shrink": { type: "boolean", default: false },
    seed: { type: "string" },
    scenario: { type: "string" },
  },
});
const only = values.only?.split(",");
const totals = noTotals();
const progressEveryMs = 10_000;

if (values.scenario !== undefined)
  await playOne(JSON.parse(readFileSync(values.scenario, "utf8")) as Scenario);
else if (values.seed !== undefined) await playOne(generateScenario(Number(values.seed), only));
else await playMany();
for (const line of reportLines(totals)) print(line);
process.exitCode = totals.bad === 0 && totals.seeds > 0 ? 0 : 1;

async function playOne(scenario: Scenario): Promise<void> {
  const before = process.cpuUsage();
  const run = await simulate(scenario);
  addRun(totals, run);
  const { user, system } = process.cpuUsage(before);
  totals.cpu = (user + system) / 1000;
  print(JSON.stringify({ settings: scenario.settings, faults: scenario.faults }, null, 2));
  if (run.failures.length > 0) await tellBad(`seed ${scenario.seed}`, scenario, run.failures);
}

async function playMany(): Promise<void> {
  const workers = Number(values.workers);
  const endless = values.forever || values.minutes !== undefined;
  const untilMs =
    values.minutes === undefined ? Number.MAX_SAFE_INTEGER : Date.now() + Number(values.minutes) * 60_000;
  const bad = new Map<number, readonly string[]>();
  let toldAt = Date.now();
  const running = new Set<Worker>();
  const shares = Array.from({ length: workers }, (_, turn): Share => {
    const seeds = endless ? Number.POSITIVE_INFINITY : Math.ceil((Number(values.seeds) - turn) / workers);
    return { from: Number(values.from) + turn, seeds, stride: workers, only, untilMs };
  });
  await Promise.all(
    shares.map(async (share) => {
      const worker = new Worker(new URL("worker.ts", import.meta.url), { workerData: share });
      running.add(worker);
      await new Promise<void>((resolve, reject) => {
        worker.on("message", (told: Told) => {
          if (told.kind === "bad") {
            bad.set(told.seed, told.failures);
            print(`bad: seed ${told.seed}: ${told.failures[0]}`);
            if (bad.size >= Number(values["stop-at"])) for (const each of running) void each.terminate();
            return;
          }
          addTotals(totals, told.totals);
          if (Date.now() - toldAt < progressEveryMs) return;
          toldAt = Date.now();
          process.stderr.write(`${totals.seeds} seeds, ${bad.size} bad\n`);
        });
        worker.on("error", reject);
        worker.on("exit", () => resolve());
      });
    }),
  );
  totals.bad = Math.max(totals.bad, bad.size);
  for (const [seed, failures] of bad) await tellBad(`seed ${seed}`, generateScenario(seed, only), failures);
}

async function tellBad(name: string, scenario: Scenario, failures: readonly string[]): Promise<void> {
  print(
    `\n${name} failed; again: npm run simulate -- --seed ${scenario.seed}${only ? ` --only ${only}` : ""}`,
  );
  for (const failure of failures) print(`  ${failure}`);
  if (values["no-shrink"]) return;
  const fails = async (smaller: Scenario): Promise<boolean> => (await simulate(smaller)).failures.length > 0;
  const smallest = await shrink(scenario, fails);
  print(
    `smaller (${smallest.faults.length} faults, ${smallest.events.length} events), a file for --scenario:`,
  );
  print(JSON.stringify(smallest));
  for (const failure of (await simulate(smallest)).failures) print(`  ${failure}`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
