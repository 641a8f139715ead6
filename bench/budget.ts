/**
 * `npm run bench:budget`: ratios that a change must not make worse, on any machine and a noisy one too, since both sides of
 * each are measured in turn, and what a drain asks of Redis and writes, which are counts, and Redis's CPU. `held` ends the
 * run with exit code 1 when it is exceeded; `goal` is where it should go.
 */
import { loadFigures } from "./engine/lane.ts";
import { axes, type GrowthFigure, grown } from "./growth/lane.ts";
import type { Dimension } from "./growth/measure.ts";
import { type Drained, engineRun, streamLoad } from "./stream/engine-run.ts";
import { BenchServers } from "./support/bench-servers.ts";
import { machine } from "./support/machine.ts";
import { publish } from "./support/publish.ts";

const seed = 1;
const runs = 3;
const events = 60_000;
const streamEvents = 100_000;
const [native, hotKey] = ["native", "native, 20 % of one key"] as const;

interface Budget {
  readonly what: string;
  readonly measured: number;
  readonly unit: "×" | " bytes" | " µs" | "";
  readonly held: number;
  readonly goal: number;
}

// Else an interrupt would leave the processes behind.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));

const figures = await loadFigures({ seed, events, runs }, [native, hotKey]);
const ratioOf = (name: string): number => {
  const { whole, parse } = figures.find((each) => each.name === name)!;
  return whole / parse;
};
const rules = await growth("rules", [4, 10_000]);
const window = await growth("window", [10, 10_000]);
const groups = await growth("groups", [1_000, 1_000_000]);
const patterns = await growth("patterns", [3, 10_000]);
const indicators = await growth("indicators", [1_000, 1_000_000]);
const late = await growth("late", [0, 10]);
const { figures: drained, failures: drainFailures } = await drainedOnce();

const budgets: readonly Budget[] = [
  { what: "file to alerts ÷ JSON.parse", measured: ratioOf(native), unit: "×", held: 12, goal: 1.5 },
  {
    what: "the same with 20 % of one key ÷ without",
    measured: ratioOf(hotKey) / ratioOf(native),
    unit: "×",
    held: 1.3,
    goal: 1.1,
  },
  { what: "rules 4 → 10,000", measured: rules.ratio, unit: "×", held: 2.5, goal: 1.5 },
  { what: "events in a window 10 → 10,000", measured: window.ratio, unit: "×", held: 3, goal: 1.5 },
  { what: "live groups 1,000 → 1,000,000", measured: groups.ratio, unit: "×", held: 4.5, goal: 3 },
  { what: "heap of a live group", measured: groups.heap!, unit: " bytes", held: 600, goal: 600 },
  { what: "texts of one contains 3 → 10,000", measured: patterns.ratio, unit: "×", held: 4, goal: 1.5 },
  { what: "indicators 1,000 → 1,000,000", measured: indicators.ratio, unit: "×", held: 4, goal: 3 },
  { what: "late events 0 → 10 %", measured: late.ratio, unit: "×", held: 1.5, goal: 1.1 },
  { what: "Redis round trips a raw event", measured: drained.trips, unit: "", held: 0.02, goal: 0.02 },
  { what: "Redis CPU a raw event", measured: drained.redis, unit: " µs", held: 8, goal: 2 },
  { what: "records written a raw event", measured: drained.records, unit: "", held: 0.4, goal: 0.25 },
];
const digits: Readonly<Record<Budget["unit"], number>> = { "×": 2, " bytes": 0, " µs": 1, "": 3 };
const printed = (value: number, unit: Budget["unit"]) => `${value.toFixed(digits[unit])}${unit}`;
const section = {
  title: "Budgets",
  head: ["figure", "measured", "held", "goal", "goal reached"],
  rows: budgets.map(({ what, measured, unit, held, goal }) => [
    what,
    printed(measured, unit),
    `≤ ${printed(held, unit)}`,
    `≤ ${printed(goal, unit)}`,
    measured <= goal ? "yes" : "no",
  ]),
  notes: [
    `Median of ${runs} runs in turn, each in a process of its own; CPU by the operating system's account. ` +
      `The last three: one drain of ${streamEvents} raw events, forward: matched.`,
  ],
  failures: [
    ...figures.flatMap(({ failures }) => failures),
    ...late.failures,
    ...drainFailures,
    ...budgets
      .filter(({ measured, held }) => measured > held)
      .map(
        ({ what, measured, unit, held }) =>
          `${what}: ${printed(measured, unit)} is more than ${printed(held, unit)}`,
      ),
  ],
};
process.exitCode = await publish("Budgets", seed, machine(), [section], undefined);

async function drainedOnce(): Promise<Drained> {
  const servers = await BenchServers.start();
  try {
    const load = streamLoad({ seed, events: streamEvents });
    return await engineRun(servers, load, { name: "forward matched", forward: "matched" });
  } finally {
    await servers.close();
  }
}

/** The figure of the largest of the sizes, against the smallest; what is wrong with any of them. */
async function growth(dimension: Dimension, sizes: readonly number[]): Promise<GrowthFigure> {
  const axis = axes.find((each) => each.dimension === dimension)!;
  const measured = await grown({ ...axis, sizes }, { seed, runs });
  return { ...measured.at(-1)!, failures: measured.flatMap(({ failures }) => failures) };
}
