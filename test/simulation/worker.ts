/** A worker of `run.ts`: plays the seeds that it is given, one after the other, and tells what each came to. */
import { parentPort, workerData } from "node:worker_threads";
import { generateScenario } from "./generate-scenario.ts";
import { addRun, noTotals, type Totals } from "./report.ts";
import { simulate } from "./simulate.ts";

export interface Share {
  readonly from: number;
  /** Infinite: until it is told to stop. */
  readonly seeds: number;
  readonly stride: number;
  readonly only: readonly string[] | undefined;
  /** Milliseconds of the clock after which no seed is begun. */
  readonly untilMs: number;
}

/** From time to time, and at the end, what has been played since; at once, a seed that failed. */
export type Told =
  | { readonly kind: "bad"; readonly seed: number; readonly failures: readonly string[] }
  | { readonly kind: "totals"; readonly totals: Totals; readonly done: boolean };

const tellEvery = 25;
const { from, seeds, stride, only, untilMs } = workerData as Share;

let totals = noTotals();
let before = process.cpuUsage();
const tell = (told: Told): void => parentPort!.postMessage(told);
for (let turn = 0; turn < seeds && Date.now() < untilMs; turn += 1) {
  const seed = from + turn * stride;
  const run = await simulate(generateScenario(seed, only));
  addRun(totals, run);
  if (run.failures.length > 0) tell({ kind: "bad", seed, failures: run.failures });
  if (totals.seeds >= tellEvery) told(false);
}
told(true);

function told(done: boolean): void {
  const { user, system } = process.threadCpuUsage?.() ?? process.cpuUsage();
  totals.cpu = (user + system - before.user - before.system) / 1000;
  before = { user, system };
  tell({ kind: "totals", totals, done });
  totals = noTotals();
}
