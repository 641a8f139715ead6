/**
 * `npm run test:mutants -- [--only TEXT] [--skip-services]`: takes each guard away in a copy of the tree, one at a time,
 * and runs what must notice. Exit code 1 when one is not noticed, or no longer stands where it is said to stand.
 */
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Killer, type Mutant, mutants } from "./mutants.ts";

const { values } = parseArgs({
  options: { only: { type: "string", default: "" }, "skip-services": { type: "boolean", default: false } },
});
const root = join(import.meta.dirname, "../..");
/** Beside the tree, so that what it looks for beside itself is there. */
const copied = [
  "bin",
  "lists",
  "mappings",
  "pipelines",
  "rules",
  "schemas",
  "src",
  "test",
  "package.json",
  "tsconfig.json",
  "vitest.config.ts",
];
const limitMs = 600_000;
/** Seeds of each kind that an unchanged copy must pass. */
const soundSeeds = 4;

const copy = mkdtempSync(join(tmpdir(), "corral-mutants-"));
let alive = 0;
try {
  for (const name of copied) cpSync(join(root, name), join(copy, name), { recursive: true });
  for (const name of ["node_modules", ".cache"]) symlinkSync(join(root, name), join(copy, name));
  const chosen = mutants
    .filter(({ guard }) => guard.includes(values.only))
    .filter(({ killer }) => !values["skip-services"] || !("project" in killer) || killer.project === "unit");
  await demandSound(chosen.map(({ killer }) => killer));
  for (const mutant of chosen) {
    const begun = performance.now();
    const outcome = await tried(mutant);
    if (outcome !== "killed") alive += 1;
    const seconds = ((performance.now() - begun) / 1000).toFixed(0);
    process.stdout.write(
      `${outcome.padEnd(8)} ${mutant.guard.padEnd(66)} ${told(mutant.killer)}, ${seconds} s\n`,
    );
  }
  process.stdout.write(`${chosen.length} mutants, ${chosen.length - alive} killed, ${alive} alive\n`);
  process.exitCode = alive === 0 && chosen.length > 0 ? 0 : 1;
} finally {
  rmSync(copy, { recursive: true, force: true });
}

/** Without a mutant all of it must pass, else nothing would tell a mutant from a copy that cannot run. */
async function demandSound(killers: readonly Killer[]): Promise<void> {
  const distinct = new Map(killers.map((killer) => [told(killer), killer]));
  for (const [name, killer] of distinct) {
    const sample = "project" in killer ? killer : { ...killer, seeds: soundSeeds };
    if ((await exitCode(sample)) !== 0)
      throw new Error(`Cannot try mutants: the copy must pass ${name} as it is`);
  }
  process.stdout.write(`without mutants: ${distinct.size} ways to notice pass\n`);
}

async function tried({ file, from, to, killer }: Mutant): Promise<"killed" | "ALIVE" | "SLOW" | "GONE"> {
  const path = join(copy, file);
  const text = readFileSync(path, "utf8");
  if (text.split(from).length !== 2) return "GONE";
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
  const code = await exitCode(killer);
  writeFileSync(path, text);
  // Nobody noticed anything in time.
  if (code === null) return "SLOW";
  return code === 0 ? "ALIVE" : "killed";
}

function exitCode(killer: Killer): Promise<number | null> {
  const words =
    "project" in killer
      ? ["node_modules/vitest/vitest.mjs", "run", "--bail", "1", "--project", killer.project, killer.file]
      : ["test/simulation/run.ts", "--no-shrink", "--stop-at", "1", "--seeds", String(killer.seeds)];
  const only = "project" in killer || killer.only === undefined ? [] : ["--only", killer.only.join(",")];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--disable-warning=TimeoutNegativeWarning", ...words, ...only], {
      cwd: copy,
      stdio: "ignore",
      timeout: limitMs,
    });
    child.once("error", reject);
    child.once("exit", (code) => resolve(code));
  });
}

function told(killer: Killer): string {
  if ("project" in killer) return killer.file;
  return `simulation (${killer.only === undefined ? "all faults" : killer.only.join(", ")})`;
}
