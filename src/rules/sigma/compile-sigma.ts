/**
 * All Sigma documents of a rule set together → rules (semantics 8): correlations and filters refer to rules of other
 * files, and a rule that others only refer to raises nothing by itself. Field mappings may stand among them as well, and
 * go before those that ship.
 */
import type { CompileContext } from "../compile-rule.ts";
import type { Rule } from "../rule.ts";
import type { YamlDocument } from "../yaml-documents.ts";
import { compileCorrelation } from "./compile-correlation.ts";
import { correlationCycles } from "./correlation-cycles.ts";
import { detectionEntry } from "./detection-entry.ts";
import { detectionRule } from "./detection-rule.ts";
import { correlationSchema, filterSchema } from "./documents.ts";
import { type CorrelationEntry, type Entry, type FaultyEntry, finder } from "./entry.ts";
import { checkFilter, type Filter } from "./filters.ts";
import { type LogSourceViews, plainView } from "./log-source-view.ts";
import { knownAs, ruleId } from "./native-head.ts";
import { faultyEntry, parseDocument } from "./parse-document.ts";
import { compilePipeline, logSourcesOf, type Pipeline, viewOf } from "./pipeline.ts";
import { raising } from "./raising.ts";
import { shippedPipelines } from "./read-pipelines.ts";

export interface SigmaContext extends Pick<CompileContext, "conditionTypes" | "calendar" | "lists"> {
  /** See LoadOptions. */
  readonly pipelines: readonly Pipeline[] | "none" | undefined;
}

const kinds = ["correlation", "filter", "transformations", "detection", "logsource"] as const;

/** Whether the document is one of Sigma's, or a field mapping for them; any other is a native rule. */
export function isSigma(document: YamlDocument): boolean {
  return sigmaKind(document) !== undefined;
}

/** Rules that have faults are left out; their documents know them. */
export function compileSigma(documents: readonly YamlDocument[], context: SigmaContext): readonly Rule[] {
  if (documents.length === 0) return [];
  const byKind = Map.groupBy(documents, sigmaKind);
  const own = (byKind.get("transformations") ?? [])
    .map(compilePipeline)
    .filter((pipeline) => pipeline !== null);
  const views = logSourceViews(own, context.pipelines);
  const filters = (byKind.get("filter") ?? []).flatMap((document): readonly Filter[] => {
    const content = parseDocument(filterSchema, document);
    return content === null ? [] : [{ document, content }];
  });
  const detections = [...(byKind.get("detection") ?? []), ...(byKind.get("logsource") ?? [])].map(
    (document) => detectionEntry(document, views, filters, context.lists),
  );
  const entries: Entry[] = [...detections, ...(byKind.get("correlation") ?? []).map(correlationEntry)];
  const filterable = new Set(detections.flatMap(({ names }) => names));
  for (const filter of filters) checkFilter(filter, filterable, context.lists);

  const find = finder(entries);
  const cyclic = correlationCycles(entries, find);
  const raises = raising(entries, find);
  return entries.flatMap((entry): readonly Rule[] => {
    if (entry.kind === "faulty" || cyclic.has(entry)) return [];
    const rule =
      entry.kind === "correlation"
        ? compileCorrelation(entry, find, raises(entry), context)
        : raises(entry)
          ? detectionRule(entry, context)
          : null;
    return rule === null ? [] : [rule];
  });
}

/** The key that tells what a Sigma document is; undefined: it is none. */
export function sigmaKind({ value }: Pick<YamlDocument, "value">): (typeof kinds)[number] | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return kinds.find((kind) => Object.hasOwn(value, kind));
}

function logSourceViews(own: readonly Pipeline[], given: SigmaContext["pipelines"]): LogSourceViews {
  if (given === "none") return { of: (logSource) => viewOf(logSource, own) ?? plainView, known: () => [] };
  const others = given ?? shippedPipelines();
  return {
    of: (logSource) => viewOf(logSource, own) ?? viewOf(logSource, others),
    known: () => logSourcesOf([...own, ...others]),
  };
}

function correlationEntry(document: YamlDocument): CorrelationEntry | FaultyEntry {
  const content = parseDocument(correlationSchema, document);
  if (content === null) return faultyEntry(document);
  return { kind: "correlation", document, content, id: ruleId(content), names: knownAs(content) };
}
