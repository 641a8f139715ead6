import type { CorrelationEntry, DetectionEntry, Entry, Find } from "./entry.ts";

/**
 * Which rules are alerts of their own: those that nobody refers to, and those of which it is asked, by themselves or by
 * a correlation that refers to them.
 */
export function raising(entries: readonly Entry[], find: Find): (entry: Entry) => boolean {
  const referred = new Map<Entry, boolean>();
  for (const entry of entries) {
    if (entry.kind !== "correlation") continue;
    for (const name of entry.content.correlation.rules) {
      const found = find(name);
      if (!("fault" in found)) referred.set(found, referred.get(found) === true || isAsked(entry));
    }
  }
  return (entry) => entry.kind !== "faulty" && (referred.get(entry) !== false || isAsked(entry));
}

function isAsked(entry: DetectionEntry | CorrelationEntry): boolean {
  return entry.content.generate || (entry.kind === "correlation" && entry.content.correlation.generate);
}
