/** L1: a file of events → alerts in one process, against bare JSON.parse of the same events. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { route } from "../../src/rules/routing.ts";
import { compareLines } from "../support/compare-lines.ts";
import { measuredApart } from "../support/measured-apart.ts";
import { median } from "../support/median.ts";
import { expectedLines, rulesOf } from "../support/oracle.ts";
import { say } from "../support/say.ts";
import { differences, type Section } from "../support/section.ts";
import { type EngineLoad, type EngineLoadOptions, engineLoad, isQuiet } from "./engine-load.ts";
import { lineReader } from "./line-reader.ts";
import type { Measured, Task } from "./measure.ts";

export interface LaneOptions {
  readonly seed: number;
  readonly events: number;
  /** Each figure is the median of so many runs, taken in turn. */
  readonly runs: number;
}

/** The four rules that the product started from. */
export const fourRules = [
  "container_escape_attempt",
  "cryptomining_detection",
  "data_exfiltration",
  "lateral_movement",
].map((name) => `rules/${name}.yml`);

/** Native events, of which three in ten are of use to a rule. */
export const usualLoad = { shape: "native", irrelevant: 0.7, hot: 0, late: 0 } as const;

const loads: readonly (readonly [string, Omit<EngineLoadOptions, "seed" | "count">])[] = [
  ["native", usualLoad],
  // Three in ten of use as well, two of them of one key; then two in ten more.
  ["native, 20 % of one key", { ...usualLoad, hot: 0.2 }],
  ["native, half of use, 20 % of one key", { ...usualLoad, irrelevant: 0.5, hot: 0.2 }],
  ["native, 10 % late", { ...usualLoad, late: 0.1 }],
  ["Falco", { ...usualLoad, shape: "falco" }],
];

/** What one load costs, microseconds of CPU an event. */
export interface LoadFigures {
  readonly name: string;
  /** Bytes of an event, on average. */
  readonly bytes: number;
  readonly parse: number;
  readonly whole: number;
  readonly judge: number;
  readonly alerts: number;
  readonly failures: readonly string[];
}

/** `wanted`: names of loads; absent: all. */
export async function loadFigures(
  { seed, events, runs }: LaneOptions,
  wanted?: readonly string[],
): Promise<readonly LoadFigures[]> {
  const folder = mkdtempSync(join(tmpdir(), "corral-bench-"));
  const figures: LoadFigures[] = [];
  try {
    for (const [name, options] of loads) {
      if (wanted !== undefined && !wanted.includes(name)) continue;
      const file = join(folder, "events.ndjson");
      const load = engineLoad({ ...options, seed, count: events });
      writeFileSync(file, load.lines.map((line) => `${line}\n`).join(""));
      const measured = await inTurn(file, runs);
      say(`${name}: measured`);
      figures.push({
        name,
        bytes: load.lines.reduce((sum, line) => sum + line.length, 0) / load.lines.length,
        parse: medianCpu(measured.parse),
        whole: medianCpu(measured.whole),
        judge: medianCpu(measured.judge),
        alerts: measured.whole[0]!.alerts.length,
        failures: faults(name, options.shape, load, measured.whole),
      });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return figures;
}

export async function engineLane(options: LaneOptions): Promise<Section> {
  const { events, runs } = options;
  const figures = await loadFigures(options);
  return {
    title: "L1: file to alerts in one process",
    head: [
      "load",
      "bytes",
      "whole ÷ JSON.parse",
      "JSON.parse, µs",
      "whole, µs",
      "judging alone, µs",
      "alerts",
    ],
    rows: figures.map(({ name, bytes, parse, whole, judge, alerts }) => [
      name,
      bytes.toFixed(0),
      `${(whole / parse).toFixed(2)}×`,
      ...[parse, whole, judge].map((cpu) => cpu.toFixed(2)),
      String(alerts),
    ]),
    notes: [
      `${events} events, the four rules; CPU an event, median of ${runs} runs in turn, each in a process of its own. ` +
        "Whole: bytes to alerts, with reading and mapping; without enrichment.",
    ],
    failures: figures.flatMap(({ failures }) => failures),
  };
}

/** A run whose alerts are not what they must be is no result. */
export function faults(
  name: string,
  shape: EngineLoadOptions["shape"],
  load: EngineLoad,
  runs: readonly Measured[],
): readonly string[] {
  // Of Falco's rules not all have a native type: what was planted is not all that is read.
  const inOrder = shape === "native" ? load.inOrder : readInOrder(load);
  const rules = rulesOf(fourRules);
  const used = inOrder.find((event) => isQuiet(event) && route(rules, event).used);
  if (used !== undefined) return [`${name}: ${used.id} is of use to a rule and was to be of none`];
  const expected = expectedLines(inOrder, fourRules);
  if (expected.length === 0) return [`${name}: nothing was planted`];
  return runs.flatMap(({ alerts }) => differences(name, compareLines(expected, alerts)));
}

function readInOrder({ lines }: EngineLoad): readonly SecurityEvent[] {
  const read = lineReader();
  return lines
    .flatMap((line, offset) => read(Buffer.from(line), offset))
    .sort((a, b) => a.timestamp - b.timestamp || (a.id < b.id ? -1 : 1));
}

async function inTurn(
  file: string,
  runs: number,
): Promise<Readonly<Record<Task["what"], readonly Measured[]>>> {
  const measured: Record<Task["what"], Measured[]> = { parse: [], whole: [], judge: [] };
  for (let run = 0; run < runs; run += 1) {
    for (const what of ["parse", "whole", "judge"] as const) {
      measured[what].push(await measuredLane({ what, file, rules: fourRules }));
    }
  }
  return measured;
}

/** `flags`: more of Node's. */
export function measuredLane(task: Task, flags: readonly string[] = []): Promise<Measured> {
  return measuredApart(join(import.meta.dirname, "measure.ts"), task, flags);
}

function medianCpu(runs: readonly Measured[]): number {
  return median(runs.map(({ cpu }) => cpu));
}
