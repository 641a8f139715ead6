/** What seeds came to, added up over runs and workers. */
import type { Run } from "./simulate.ts";

export interface Totals {
  seeds: number;
  bad: number;
  steps: number;
  alerts: number;
  /** CPU, milliseconds. */
  cpu: number;
  /** `kind\twhere` → how often. */
  readonly landed: Record<string, number>;
}

export function noTotals(): Totals {
  return { seeds: 0, bad: 0, steps: 0, alerts: 0, cpu: 0, landed: {} };
}

export function addRun(totals: Totals, run: Run): void {
  totals.seeds += 1;
  totals.bad += run.failures.length > 0 ? 1 : 0;
  totals.steps += run.steps;
  totals.alerts += run.alerts;
  for (const [key, times] of run.faultsLanded) totals.landed[key] = (totals.landed[key] ?? 0) + times;
}

export function addTotals(totals: Totals, more: Totals): void {
  totals.seeds += more.seeds;
  totals.bad += more.bad;
  totals.steps += more.steps;
  totals.alerts += more.alerts;
  totals.cpu += more.cpu;
  for (const [key, times] of Object.entries(more.landed))
    totals.landed[key] = (totals.landed[key] ?? 0) + times;
}

/** The table of faults: how many of each kind, and where they landed; then one line of sums. */
export function reportLines({ seeds, bad, steps, alerts, cpu, landed }: Totals): readonly string[] {
  const byKind = Map.groupBy(Object.entries(landed), ([key]) => key.split("\t")[0]!);
  const lines = [...byKind]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, places]) => {
      const sum = places.reduce((total, [, times]) => total + times, 0);
      const most = places
        .toSorted(([, a], [, b]) => b - a)
        .slice(0, 5)
        .map(([key, times]) => `${times} ${key.split("\t")[1]}`);
      const others = places.length > 5 ? `, ${places.length - 5} other places` : "";
      return `${kind.padEnd(20)}${String(sum).padStart(8)}  ${most.join(", ")}${others}`;
    });
  const per = (total: number): string => (total / Math.max(1, seeds)).toFixed(1);
  return [
    ...lines,
    `${seeds} seeds, ${bad} bad; a seed: ${per(steps)} steps, ${per(alerts)} alert records, ${per(cpu)} ms of CPU`,
  ];
}
