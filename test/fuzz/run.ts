/**
 * `npm run test:fuzz -- [--records N] [--seed S] [--bombs N|all] [--only INDEX] [--bomb NAME] [--record BASE64]`: hostile records through the whole
 * product. Ends with exit code 1 at the first ten failures, each with what repeats it.
 */
import { parseArgs } from "node:util";
import { safeText } from "../../src/safe-text.ts";
import { type Attack, attacks, recordBombs } from "./bombs.ts";
import { type FuzzRecord, mutated } from "./mutate.ts";
import { Pipeline } from "./pipeline.ts";
import { Random } from "./random.ts";
import { seeds } from "./seeds.ts";
import { slowness } from "./yardstick.ts";

/** CPU of one record, raw or enriched, whatever it holds, milliseconds, best of three; see yardstick.ts. */
const maxCpu = 50;
/** What the heap may grow by between a tenth of the records and all of them, bytes. */
const maxGrowth = 32 * 1024 * 1024;
const maxFailures = 10;
/** So many there are, about, of which `--bombs` takes a share. */
const bombsAbout = 20_000;
const stepMs = 2_000;
const start = Date.UTC(2026, 0, 5, 10);

const { values } = parseArgs({
  options: {
    records: { type: "string", default: "200000" },
    seed: { type: "string", default: "1" },
    bombs: { type: "string", default: "300" },
    only: { type: "string" },
    record: { type: "string" },
    bomb: { type: "string" },
  },
});
const records = Number(values.records);
const seed = Number(values.seed);
const pipeline = new Pipeline();
const all = seeds();
let failures = 0;
let over = 0;
let slowest = { ms: 0, measured: 0, what: "" };
let done = false;

process.exitCode = 1;
process.on("exit", () => {
  if (!done) tell("the process ended before the records did");
});
for (const kind of ["unhandledRejection", "uncaughtException"] as const) {
  process.on(kind, (error: unknown) => fail(kind, error, null));
}

if (values.record !== undefined) {
  const record = { name: "given", value: Buffer.from(values.record, "base64"), headers: {} };
  judge(record, 0, "the given record");
} else if (values.only !== undefined) {
  judge(recordAt(Number(values.only)), Number(values.only), `record ${values.only}`);
} else if (values.bomb !== undefined) {
  const isIt = (name: string) => name === values.bomb;
  for (const bomb of recordBombs(all, isIt)) if (isIt(bomb.name)) judge(bomb, 0, `bomb "${bomb.name}"`);
} else {
  await throughBombs();
  await throughRecords();
}
done = true;
if (failures === 0) process.exitCode = 0;
report();

async function throughBombs(): Promise<void> {
  for (const attack of attacks()) await tryAttack(attack);
  const few = values.bombs === "all" ? 1 : Number(values.bombs) / bombsAbout;
  const random = new Random(seed, 0);
  let index = 0;
  for (const bomb of recordBombs(all, () => random.chance(few))) {
    if (failures >= maxFailures) return;
    judge(bomb, index, `bomb "${bomb.name}"`);
    index += 1;
  }
  tell(`${index} bombs, ${(performance.now() / 1_000).toFixed(0)} s`);
}

async function tryAttack({ name, run }: Attack): Promise<void> {
  try {
    await run();
  } catch (error) {
    fail(`attack "${name}"`, error, null);
  }
}

async function throughRecords(): Promise<void> {
  let early = 0;
  for (let index = 0; index < records && failures < maxFailures; index += 1) {
    judge(recordAt(index), index, `record ${index}`);
    if (index % 1_000 === 0) {
      pipeline.sweep(timeOf(index));
      checkPrototypes();
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (index === Math.floor(records / 10)) early = heap();
    if (index > 0 && index % 100_000 === 0) tell(`${index} records, heap ${mebi(heap())}`);
  }
  // Given up early, there is nothing to compare.
  if (failures >= maxFailures) return;
  const grown = heap() - early;
  tell(`heap: ${mebi(early)} after a tenth, ${mebi(early + grown)} at the end`);
  if (grown > maxGrowth) fail("memory", new Error(`the heap grew by ${mebi(grown)}`), null);
}

function recordAt(index: number): FuzzRecord {
  return mutated(all, new Random(seed, index), timeOf(index));
}

function timeOf(index: number): number {
  return start + index * stepMs;
}

function judge(record: FuzzRecord, index: number, what: string): void {
  try {
    const began = performance.now();
    pipeline.run(record, index, timeOf(index));
    if (performance.now() - began > maxCpu) checkCpu(record, index, what);
  } catch (error) {
    fail(what, error, record);
  }
}

/**
 * Slow by the clock, all of it together: the best of three tries counts, by the CPU, without what only checks. The machine's
 * own slowness is measured beside each try and taken out of it.
 */
function checkCpu(record: FuzzRecord, index: number, what: string): void {
  over += 1;
  const tries = [1, 2, 3].map(() => {
    const measured = pipeline.measure(record, index, timeOf(index));
    return { ms: measured / slowness(), measured };
  });
  const { ms, measured } = tries.reduce((best, each) => (each.ms < best.ms ? each : best));
  if (ms > slowest.ms) {
    slowest = { ms, measured, what: `${what} (${record.name}, ${record.value.length} bytes)` };
  }
  if (ms > maxCpu) throw new Error(`${ms.toFixed(0)} ms of CPU (measured: ${measured.toFixed(0)})`);
}

function checkPrototypes(): void {
  const polluted = [Object.prototype, Array.prototype].some((each) => Object.keys(each).length > 0);
  if (polluted) fail("prototypes", new Error("a prototype was polluted"), null);
}

function heap(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().heapUsed;
}

function fail(what: string, error: unknown, record: FuzzRecord | null): void {
  failures += 1;
  tell(
    `FAILED ${what} of seed ${seed}${record === null ? "" : ` (${record.name}, ${record.value.length} bytes)`}`,
  );
  tell(error instanceof Error ? error.stack : error);
  if (record === null) return;
  const text = record.value.toString("base64");
  tell(`  record: ${text.length > 4_000 ? `${text.slice(0, 4_000)}… (${text.length} characters)` : text}`);
  tell(`  repeat: npm run test:fuzz -- --seed ${seed} --${what.replace(/^record /, "only ")}`);
}

function report(): void {
  const { events, alerts, refused, sources } = pipeline.counts;
  tell(`${events} events, ${alerts} alerts; refused: ${told(refused)}`);
  tell(`sources: ${told(sources)}`);
  tell(
    `${over} records over ${maxCpu} ms by the clock; slowest best of three: ${slowest.ms.toFixed(1)} ms ` +
      `(measured: ${slowest.measured.toFixed(1)}), ${slowest.what}`,
  );
  tell(`${failures} failures`);
}

function told(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
}

function tell(line: unknown): void {
  process.stdout.write(`${safeText(String(line))}\n`);
}

function mebi(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
