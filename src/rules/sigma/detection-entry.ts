/** A detection rule as alerts and correlations use it: which events match, its log source and filters included. */
import { allOf, type Predicate } from "../predicate/compile-predicate.ts";
import type { Lists } from "../predicate/expand.ts";
import type { YamlDocument } from "../yaml-documents.ts";
import { compileDetection } from "./compile-detection.ts";
import { detectionSchema } from "./documents.ts";
import type { DetectionEntry, FaultyEntry } from "./entry.ts";
import { compileFilter, type Filter } from "./filters.ts";
import { noMapping } from "./log-source-text.ts";
import { type LogSourceViews, plainView } from "./log-source-view.ts";
import { knownAs, ruleId } from "./native-head.ts";
import { faultyEntry, parseDocument } from "./parse-document.ts";

/** Looked at beside a head that has faults, so that all are told together. */
const whatDecides = detectionSchema.pick({ logsource: true, detection: true });

export function detectionEntry(
  document: YamlDocument,
  views: LogSourceViews,
  filters: readonly Filter[],
  lists: Lists,
): DetectionEntry | FaultyEntry {
  const faulty = faultyEntry(document);
  const content = parseDocument(detectionSchema, document);
  const asked = content ?? whatDecides.safeParse(document.value).data;
  if (asked === undefined) return faulty;
  const seen = views.of(asked.logsource);
  if (seen === undefined) {
    document.fault(["logsource"], "unknown-log-source", noMapping(asked.logsource, views.known()));
  }
  const { condition, timeframe: _never, ...selections } = asked.detection;
  const context = { view: seen ?? plainView, lists, fault: document.fault };
  const predicate = compileDetection("detection", selections, condition, context);
  if (predicate === null || content === null || seen === undefined) return faulty;
  const names = knownAs(content);
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
