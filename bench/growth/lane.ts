/** What an event costs when there is a thousand times more of something: it should cost the same. */
import { join } from "node:path";
import { fourRules } from "../engine/lane.ts";
import { measuredApart } from "../support/measured-apart.ts";
import { say } from "../support/say.ts";
import type { Section } from "../support/section.ts";
import type { Dimension, Grown, GrowthTask } from "./measure.ts";

export interface GrowthOptions {
  readonly seed: number;
  /** Each figure is the median of so many runs, taken in turn. */
  readonly runs: number;
}

export interface GrowthFigure {
  readonly dimension: Dimension;
  readonly size: number;
  readonly cpu: number;
  readonly heap: number | null;
  readonly resident?: number;
  /** CPU ÷ that of the smallest size. */
  readonly ratio: number;
  readonly failures: readonly string[];
}

interface Axis {
  readonly dimension: Dimension;
  readonly what: string;
  readonly sizes: readonly number[];
}

export const axes: readonly Axis[] = [
  { dimension: "rules", what: "rules, one in ten without event types", sizes: [4, 100, 1_000, 10_000] },
  { dimension: "groups", what: "live groups of a rule", sizes: [1_000, 10_000, 100_000, 1_000_000] },
  {
    dimension: "window",
    what: "events in the window of one group, three rules",
    sizes: [10, 100, 1_000, 10_000],
  },
  { dimension: "patterns", what: "texts of one `contains`", sizes: [3, 100, 1_000, 10_000] },
  {
    dimension: "indicators",
    what: "indicators; a look-up of a domain",
    sizes: [1_000, 10_000, 100_000, 1_000_000],
  },
  { dimension: "late", what: "late events of a hundred; of use to a rule", sizes: [0, 1, 5, 10] },
];

export async function growthLane(options: GrowthOptions): Promise<readonly Section[]> {
  const rows: string[][] = [];
  const failures: string[] = [];
  for (const axis of axes) {
    for (const { size, cpu, heap, resident, ratio, ...figure } of await grown(axis, options)) {
      failures.push(...figure.failures);
      rows.push([
        axis.what,
        size.toLocaleString("en"),
        `${ratio.toFixed(2)}×`,
        cpu.toFixed(2),
        heap === null ? "" : heap.toFixed(0),
        resident === undefined ? "" : resident.toFixed(0),
      ]);
    }
    say(`growth of ${axis.dimension}: measured`);
  }
  return [
    {
      title: "Growth",
      head: ["of", "size", "÷ the smallest", "µs", "heap, bytes a group", "resident, MiB"],
      rows,
      notes: [
        `CPU an event in one process, events made beforehand, median of ${options.runs} runs in turn, each in a process of its own. ` +
          "Events behind the watermark are late; all alerts are those of a pass in order.",
      ],
      failures,
    },
  ];
}

/** Sizes in turn, so that a slow minute of the machine does not meet one of them only. */
export async function grown(
  { dimension, sizes }: Axis,
  { seed, runs }: GrowthOptions,
): Promise<readonly GrowthFigure[]> {
  const program = join(import.meta.dirname, "measure.ts");
  const measured = new Map<number, Grown[]>(sizes.map((size) => [size, []]));
  for (let run = 0; run < runs; run += 1) {
    for (const size of sizes) {
      const task: GrowthTask = { dimension, size, rules: fourRules, seed };
      measured.get(size)!.push(await measuredApart(program, task, ["--expose-gc"]));
    }
  }
  const medians = sizes.map((size) => middle(measured.get(size)!));
  return sizes.map((size, index) => ({
    dimension,
    size,
    ...medians[index]!,
    ratio: medians[index]!.cpu / medians[0]!.cpu,
    failures: measured.get(size)!.flatMap(({ failures = [] }) => failures),
  }));
}

/** The run whose CPU is the median. */
function middle(runs: readonly Grown[]): Grown {
  return runs.toSorted((a, b) => a.cpu - b.cpu)[Math.floor(runs.length / 2)]!;
}
