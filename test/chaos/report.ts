/** The table, and the sentences below it. */
import { table } from "../../src/cli/table.ts";
import { calm, type Phase, phaseOf, phaseOfStall } from "./phases.ts";
import type { RoleName } from "./stall-watch.ts";
import type { Stall } from "./stalls.ts";
import type { Finding } from "./verdict.ts";

export interface Outcome {
  /** Names of the faults in the order of their rows. */
  readonly faults: readonly string[];
  readonly skipped: ReadonlyMap<string, string>;
  readonly phases: readonly Phase[];
  readonly findings: readonly Finding[];
  readonly stalls: readonly (Stall & { readonly role: RoleName })[];
}

export function report(outcome: Outcome): string {
  const { faults, skipped, phases, findings, stalls } = outcome;
  const rows = [calm, ...faults].map((name) => {
    const times = phases.reduce((sum, phase) => sum + (phase.name === name ? phase.times : 0), 0);
    const own = findings.filter(({ at }) => phaseOf(phases, at) === name);
    const count = (kind: Finding["kind"]) => String(own.filter((finding) => finding.kind === kind).length);
    const longest = stalls
      .filter((stall) => phaseOfStall(phases, stall) === name)
      .reduce((most, { from, to }) => Math.max(most, to - from), 0);
    const often = name === calm ? "" : skipped.has(name) ? "skipped" : String(times);
    return [
      name,
      often,
      count("lost"),
      count("doubled"),
      count("differing"),
      `${(longest / 1_000).toFixed(1)} s`,
    ];
  });
  return table(["fault", "times", "lost", "doubled", "differing", "longest stall"], rows);
}
