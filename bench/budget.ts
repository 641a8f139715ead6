/**
 * `npm run bench:budget`: ratios that a change must not make worse, on any machine and a noisy one too, since both sides of
 * each are measured in turn. `held` ends the run with exit code 1 when it is exceeded; `goal` is where it should go.
 */
import { loadFigures } from "./engine/lane.ts";
import { axes, type GrowthFigure, grown } from "./growth/lane.ts";
import type { Dimension } from "./growth/measure.ts";
import { machine } from "./support/machine.ts";
import { publish } from "./support/publish.ts";

const seed = 1;
const runs = 3;
const events = 60_000;
const [native, hotKey] = ["native", "native, 20 % of one key"] as const;

interface Budget {
  readonly what: string;
  readonly measured: number;
  readonly unit: "×" | " bytes";
  readonly held: number;
  readonly goal: number;
}

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

const budgets: readonly Budget[] = [
  { what: "file to alerts ÷ JSON.parse", measured: ratioOf(native), unit: "×", held: 18, goal: 1.5 },
  {
    what: "the same with 20 % of one key ÷ without",
    measured: ratioOf(hotKey) / ratioOf(native),
    unit: "×",
    held: 1.4,
    goal: 1.1,
  },
  { what: "rules 4 → 10,000", measured: rules.ratio, unit: "×", held: 2.5, goal: 1.5 },
  { what: "events in a window 10 → 10,000", measured: window.ratio, unit: "×", held: 3, goal: 1.5 },
  { what: "live groups 1,000 → 1,000,000", measured: groups.ratio, unit: "×", held: 4.5, goal: 3 },
  { what: "heap of a live group", measured: groups.heap!, unit: " bytes", held: 1_700, goal: 600 },
  { what: "texts of one contains 3 → 10,000", measured: patterns.ratio, unit: "×", held: 4, goal: 1.5 },
  { what: "indicators 1,000 → 1,000,000", measured: indicators.ratio, unit: "×", held: 4, goal: 3 },
];
const printed = (value: number, unit: Budget["unit"]) => `${value.toFixed(unit === "×" ? 2 : 0)}${unit}`;
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
    `Median of ${runs} runs in turn, each in a process of its own; CPU by the operating system's account.`,
  ],
  failures: [
    ...figures.flatMap(({ failures }) => failures),
    ...budgets
      .filter(({ measured, held }) => measured > held)
      .map(
        ({ what, measured, unit, held }) =>
          `${what}: ${printed(measured, unit)} is more than ${printed(held, unit)}`,
      ),
  ],
};
process.exitCode = await publish("Budgets", seed, machine(), [section], undefined);

/** The figure of the largest of the sizes, against the smallest. */
async function growth(dimension: Dimension, sizes: readonly number[]): Promise<GrowthFigure> {
  const axis = axes.find((each) => each.dimension === dimension)!;
  return (await grown({ ...axis, sizes }, { seed, runs })).at(-1)!;
}
