/**
 * All Sigma documents of a rule set together → rules (semantics 8): correlations and filters refer to rules of other
 * files, and a rule that others only refer to raises nothing by itself. Field mappings may stand among them as well, and
 * go before those that ship.
 */
import type { z } from "zod";
import type { CompileContext } from "../compile-rule.ts";
import { compileRule, reportIssues } from "../compile-rule.ts";
import { allOf, type Predicate } from "../predicate/compile-predicate.ts";
import { compiledWhere } from "../predicate/compiled-where.ts";
import type { Rule } from "../rule.ts";
import type { YamlDocument } from "../yaml-documents.ts";
import { compileCorrelation } from "./compile-correlation.ts";
import { compileDetection } from "./compile-detection.ts";
import { correlationCycles } from "./correlation-cycles.ts";
import {
  correlationSchema,
  type DetectionDocument,
  detectionSchema,
  filterSchema,
  type LogSource,
} from "./documents.ts";
import { type CorrelationEntry, type DetectionEntry, type Entry, type FaultyEntry, finder } from "./entry.ts";
import { checkFilter, compileFilter, type Filter } from "./filters.ts";
import { type LogSourceView, plainView } from "./log-source-view.ts";
import { knownAs, nativeHead, ruleId } from "./native-head.ts";
import { compilePipeline, type Pipeline, viewOf } from "./pipeline.ts";
import { shippedPipelines } from "./read-pipelines.ts";

export interface SigmaContext extends Pick<CompileContext, "conditionTypes" | "calendar" | "lists"> {
  /** See LoadOptions. */
  readonly pipelines: readonly Pipeline[] | "none" | undefined;
}

const kinds = ["correlation", "filter", "transformations", "detection", "logsource"] as const;

/** Whether the document is one of Sigma's, or a field mapping for them; any other is a native rule. */
export function isSigma(document: YamlDocument): boolean {
  return kindOf(document) !== undefined;
}

/** Rules that have faults are left out; their documents know them. */
export function compileSigma(documents: readonly YamlDocument[], context: SigmaContext): readonly Rule[] {
  if (documents.length === 0) return [];
  const byKind = Map.groupBy(documents, kindOf);
  const own = (byKind.get("transformations") ?? [])
    .map(compilePipeline)
    .filter((pipeline) => pipeline !== null);
  const view = logSourceViews(own, context.pipelines);
  const filters = (byKind.get("filter") ?? []).flatMap((document): readonly Filter[] => {
    const content = parsed(filterSchema, document);
    return content === null ? [] : [{ document, content }];
  });
  const detections = [...(byKind.get("detection") ?? []), ...(byKind.get("logsource") ?? [])].map(
    (document) => detectionEntry(document, view, filters, context),
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

function kindOf({ value }: YamlDocument): (typeof kinds)[number] | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return kinds.find((kind) => Object.hasOwn(value, kind));
}

function parsed<T>(schema: z.ZodType<T>, document: YamlDocument): T | null {
  const result = schema.safeParse(document.value);
  if (result.success) return result.data;
  reportIssues(result.error, document.value, [], document, schema);
  return null;
}

type ViewOf = (logSource: LogSource) => LogSourceView | undefined;

function logSourceViews(own: readonly Pipeline[], given: SigmaContext["pipelines"]): ViewOf {
  if (given === "none") return (logSource) => viewOf(logSource, own) ?? plainView;
  const others = given ?? shippedPipelines();
  return (logSource) => viewOf(logSource, own) ?? viewOf(logSource, others);
}

function detectionEntry(
  document: YamlDocument,
  view: ViewOf,
  filters: readonly Filter[],
  { lists }: SigmaContext,
): DetectionEntry | FaultyEntry {
  const faulty: FaultyEntry = { kind: "faulty", names: rawNames(document) };
  const content = parsed(detectionSchema, document);
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

function noMapping(logSource: DetectionDocument["logsource"]): string {
  const shown = Object.entries(logSource).map(([key, value]) => `${key} ${value}`);
  return `no field mapping tells how events of ${shown.join(", ") || "any log source"} look: a file of pipelines/ does`;
}

function correlationEntry(document: YamlDocument): CorrelationEntry | FaultyEntry {
  const content = parsed(correlationSchema, document);
  if (content === null) return { kind: "faulty", names: rawNames(document) };
  return { kind: "correlation", document, content, id: ruleId(content), names: knownAs(content) };
}

/** Of a document that could not be read, so that those that refer to it can say so. */
function rawNames({ value }: YamlDocument): readonly string[] {
  const { id, name } = value as Readonly<Record<string, unknown>>;
  return [id, name].filter((each) => typeof each === "string");
}

/** Which rules are alerts of their own: those that nobody refers to, and those of which it is asked. */
function raising(entries: readonly Entry[], find: ReturnType<typeof finder>): (entry: Entry) => boolean {
  const referred = new Map<unknown, boolean>();
  for (const entry of entries) {
    if (entry.kind !== "correlation") continue;
    const { correlation, generate } = entry.content;
    for (const name of correlation.rules) {
      const found = find(name);
      if (!("fault" in found))
        referred.set(found, referred.get(found) === true || generate || correlation.generate);
    }
  }
  return (entry) => entry.kind !== "faulty" && (referred.get(entry) !== false || entry.content.generate);
}

/** A detection by itself: each event that matches is an alert, without window, group or state. */
function detectionRule(
  { document, content, id, names, predicate, source }: DetectionEntry,
  context: Pick<CompileContext, "conditionTypes" | "calendar" | "lists">,
): Rule | null {
  const { file, line, fault } = document;
  const head = nativeHead(content);
  const where = compiledWhere(head.id, source, predicate);
  const rule = compileRule(
    { ...head, window: "0s", group_by: [], conditions: [{ type: "event_count", name: where.type, where }] },
    {
      ...context,
      file,
      line,
      placeOf: () => document.placeOf(["detection"]),
      fault: (_path, code, message) => fault(["detection"], code, message),
    },
  );
  // Alerts of other rules do not come as primary records.
  const ofAlerts = predicate.types?.some((type) => type.startsWith("alert.")) === true;
  return rule === null ? null : Object.freeze({ ...rule, id, knownAs: names, stateless: !ofAlerts });
}
