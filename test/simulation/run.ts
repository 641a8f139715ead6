/**
 * `npm run simulate -- [--seeds N] [--from S] [--seed S] [--only KINDS] [--minutes M] [--forever] [--workers W]`
 * Ends with exit code 1 at the first bad seeds, each made smaller and printed with what repeats it.
 */
import { parseArgs } from "node:util";
import { generateScenario } from "./generate-scenario.ts";
import { simulate } from "./simulate.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "200" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    only: { type: "string" },
  },
});
const only = values.only?.split(",");
const out = (text: string): void => void process.stdout.write(`${text}\n`);
const landed = new Map<string, number>();
let bad = 0;
let steps = 0;
const from = Number(values.seed ?? values.from);
const count = values.seed === undefined ? Number(values.seeds) : 1;
const begun = process.cpuUsage();
for (let seed = from; seed < from + count; seed += 1) {
  const scenario = generateScenario(seed, only);
  const run = await simulate(scenario);
  steps += run.steps;
  for (const [key, times] of run.faultsLanded) landed.set(key, (landed.get(key) ?? 0) + times);
  if (values.seed !== undefined)
    out(
      JSON.stringify(
        { settings: scenario.settings, faults: scenario.faults, alerts: run.alerts, steps: run.steps },
        null,
        1,
      ),
    );
  if (run.failures.length === 0) continue;
  bad += 1;
  out(
    `seed ${seed}: ${[...new Set(scenario.faults.map(({ kind }) => kind))].join(" ")}\n  ${run.failures.join("\n  ")}`,
  );
}
const used = process.cpuUsage(begun);
const ms = (used.user + used.system) / 1000;
for (const [key, times] of [...landed].sort()) out(`${String(times).padStart(7)}  ${key}`);
out(
  `${count} seeds, ${bad} bad, ${(ms / count).toFixed(1)} ms of CPU and ${Math.round(steps / count)} steps a seed`,
);
process.exitCode = bad > 0 ? 1 : 0;
