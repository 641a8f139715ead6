/** Correlations that refer to themselves, at once or by way of others: each is refused at the reference. */
import type { CorrelationEntry, Entry, Find } from "./entry.ts";

/** Faults are reported; what is returned is not to be compiled. */
export function correlationCycles(entries: readonly Entry[], find: Find): ReadonlySet<Entry> {
  const correlations = entries.filter((entry) => entry.kind === "correlation");
  const cyclic = new Set<Entry>();
  for (const entry of correlations) {
    for (const [index, name] of entry.content.correlation.rules.entries()) {
      const found = find(name);
      if ("fault" in found || found.kind !== "correlation" || !reaches(found, entry, find, new Set()))
        continue;
      cyclic.add(entry);
      entry.document.fault(
        ["correlation", "rules", index],
        "cycle",
        `"${name}" refers back to this correlation`,
      );
    }
  }
  return cyclic;
}

function reaches(from: CorrelationEntry, to: CorrelationEntry, find: Find, seen: Set<Entry>): boolean {
  if (from === to) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  return from.content.correlation.rules.some((name) => {
    const found = find(name);
    return !("fault" in found) && found.kind === "correlation" && reaches(found, to, find, seen);
  });
}
