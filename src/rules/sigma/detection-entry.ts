/** A detection rule as alerts and correlations use it: which events match, its log source and filters included. */
import { allOf, type Predicate } from "../predicate/compile-predicate.ts";
import type { Lists } from "../predicate/expand.ts";
import type { YamlDocument } from "../yaml-documents.ts";
import { compileDetection } from "./compile-detection.ts";
import { detectionSchema, type LogSource } from "./documents.ts";
import type { DetectionEntry, FaultyEntry } from "./entry.ts";
import { compileFilter, type Filter } from "./filters.ts";
import type { LogSourceView } from "./log-source-view.ts";
import { knownAs, ruleId } from "./native-head.ts";
import { faultyEntry, parseDocument } from "./parse-document.ts";

/** `view`: how a log source looks; undefined: nobody knows. */
export function detectionEntry(
  document: YamlDocument,
  view: (logSource: LogSource) => LogSourceView | undefined,
  filters: readonly Filter[],
  lists: Lists,
): DetectionEntry | FaultyEntry {
  const faulty = faultyEntry(document);
  const content = parseDocument(detectionSchema, document);
  if (content === null) return faulty;
  const names = knownAs(content);
  const seen = view(content.logsource);
  if (seen === undefined) {
    document.fault(["logsource"], "unknown-log-source", noMapping(content.logsource));
    return faulty;
  }
  const { condition, timeframe: _never, ...selections } = content.detection;
  const context = { view: seen, lists, fault: document.fault };
  const predicate = compileDetection("detection", selections, condition, context);
  if (predicate === null) return faulty;
  const filtered = { logSource: content.logsource, names, view: seen };
  const applied = filters.flatMap((filter) => {
    const demanded = compileFilter(filter, filtered, lists);
    return demanded === null ? [] : [{ demanded, source: filter.content.filter }];
  });
  return {
    kind: "detection",
    document,
    content,
    id: ruleId(content),
    names,
    view: seen,
    predicate: together([seen.predicate, predicate, ...applied.map(({ demanded }) => demanded)]),
    source: [content.detection, seen.source, applied.map(({ source }) => source)],
  };
}

function together(predicates: readonly (Predicate | null)[]): Predicate {
  return allOf(predicates.filter((predicate) => predicate !== null));
}

function noMapping(logSource: LogSource): string {
  const shown = Object.entries(logSource).map(([key, value]) => `${key} ${value}`);
  return `no field mapping tells how events of ${shown.join(", ") || "any log source"} look: a file of pipelines/ does`;
}
