/** What one part of a benchmark comes to: a table, and what does not hold. */
import { type Difference, isEqual } from "./compare-lines.ts";
import { markdownTable } from "./markdown-table.ts";

export interface Section {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Sentences below the table. */
  readonly notes: readonly string[];
  /** What must hold and does not; one makes the exit code 1. */
  readonly failures: readonly string[];
}

const shown = 5;

export function sectionText({ title, head, rows, notes, failures }: Section): string {
  const table = rows.length === 0 ? [] : [markdownTable(head, rows)];
  const wrong = failures.map((failure) => `**Does not hold:** ${failure}`);
  return [`## ${title}`, ...table, ...notes, ...wrong].join("\n\n");
}

/** Empty when the alerts are equal. */
export function differences(what: string, difference: Difference): readonly string[] {
  if (isEqual(difference)) return [];
  const { lost, surplus } = difference;
  const some = (kind: string, lines: readonly string[]) =>
    lines.slice(0, shown).map((line) => `${kind}: ${line}`);
  const lines = [...some("lost", lost), ...some("surplus", surplus)].join("; ");
  return [`${what}: ${lost.length} alerts lost, ${surplus.length} that should not be there (${lines})`];
}
