/** The rules of all loaded Sigma documents, as correlations and filters refer to them: by id or name. */
import type { Predicate } from "../predicate/compile-predicate.ts";
import type { YamlDocument } from "../yaml-documents.ts";
import type { CorrelationDocument, DetectionDocument } from "./documents.ts";
import type { LogSourceView } from "./log-source-view.ts";

export interface DetectionEntry {
  readonly kind: "detection";
  readonly document: YamlDocument;
  readonly content: DetectionDocument;
  readonly id: string;
  readonly names: readonly string[];
  readonly view: LogSourceView;
  /** Which events match, filters applied. */
  readonly predicate: Predicate;
  /** What decides that, as plain data. */
  readonly source: unknown;
}

export interface CorrelationEntry {
  readonly kind: "correlation";
  readonly document: YamlDocument;
  readonly content: CorrelationDocument;
  readonly id: string;
  readonly names: readonly string[];
}

/** A rule that has faults of its own. */
export interface FaultyEntry {
  readonly kind: "faulty";
  readonly names: readonly string[];
}

export type Entry = DetectionEntry | CorrelationEntry | FaultyEntry;

/** The rule of this id or name; a fault where there is none, more than one, or one that cannot be used. */
export type Find = (name: string) => Exclude<Entry, FaultyEntry> | { readonly fault: string };

export function finder(entries: readonly Entry[]): Find {
  const byName = new Map<string, Entry[]>();
  for (const entry of entries) {
    for (const name of new Set(entry.names)) byName.set(name, [...(byName.get(name) ?? []), entry]);
  }
  return (name) => {
    const [entry, ...others] = byName.get(name) ?? [];
    if (entry === undefined) return { fault: `"${name}" is the id or name of no rule that is loaded` };
    if (others.length > 0) return { fault: `"${name}" names ${others.length + 1} rules` };
    return entry.kind === "faulty" ? { fault: `"${name}" has faults of its own` } : entry;
  };
}
