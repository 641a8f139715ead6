/**
 * Field mappings of log sources, in the shape of pySigma's processing pipelines. Three kinds of transformation are known,
 * each under `rule_conditions` that say for which log sources:
 *
 * - `field_name_mapping`: `mapping` from Sigma's names to one field path, or several of which an event has one;
 * - `add_condition`: `conditions` is a `where` (semantics 2) that tells which events are of the log source;
 * - `detection_item_failure`: rules that use the `fields` are refused with the `message`.
 */
import { z } from "zod";
import { allOf, compilePredicate, type Predicate } from "../predicate/compile-predicate.ts";
import { parseWith } from "../report-issues.ts";
import type { FaultPath, YamlDocument } from "../yaml-documents.ts";
import type { LogSource } from "./documents.ts";
import type { LogSourceView } from "./log-source-view.ts";

const conditions = {
  id: z.string().optional(),
  rule_conditions: z
    .array(
      z.strictObject({
        type: z.literal("logsource"),
        category: z.string().optional(),
        product: z.string().optional(),
        service: z.string().optional(),
      }),
    )
    .min(1),
  /** `or`: one of several log sources. */
  rule_cond_op: z.enum(["and", "or"]).default("and"),
};

const paths = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
  .transform((value) => (typeof value === "string" ? [value] : value));

const transformations = [
  z.strictObject({
    type: z.literal("field_name_mapping"),
    mapping: z.record(z.string().min(1), paths),
    ...conditions,
  }),
  z.strictObject({
    type: z.literal("add_condition"),
    conditions: z.unknown(),
    ...conditions,
  }),
  z.strictObject({
    type: z.literal("detection_item_failure"),
    message: z.string().min(1),
    field_name_conditions: z
      .array(z.strictObject({ type: z.literal("include_fields"), fields: z.array(z.string()).min(1) }))
      .min(1),
    ...conditions,
  }),
] as const;

const transformation = z.discriminatedUnion("type", transformations, {
  error: `one of ${transformations.map(({ shape }) => shape.type.value).join(", ")}`,
});

const pipelineSchema = z.strictObject({
  name: z.string().optional(),
  priority: z.number().default(0),
  transformations: z.array(transformation).min(1),
});

type Transformation = z.infer<typeof transformation> & { readonly predicate: Predicate | null };

export interface Pipeline {
  readonly priority: number;
  readonly transformations: readonly Transformation[];
}

/** Null after a fault was reported. */
export function compilePipeline(document: YamlDocument): Pipeline | null {
  const parsed = parseWith(pipelineSchema, document.value, document.fault);
  if (parsed === null) return null;
  const { priority, transformations } = parsed;
  const compiled = transformations.map((each, index) => {
    if (each.type !== "add_condition") return { ...each, predicate: null };
    const path = ["transformations", index, "conditions"];
    return { ...each, predicate: predicateAt(path, each.conditions, document) };
  });
  return document.faults.length > 0 ? null : { priority, transformations: compiled };
}

/**
 * The log source through all transformations that are meant for it, by priority and then in order; of two mappings of a
 * name the first counts. Undefined: none is meant for it.
 */
export function viewOf(logSource: LogSource, pipelines: readonly Pipeline[]): LogSourceView | undefined {
  const meant = pipelines
    .toSorted((a, b) => a.priority - b.priority)
    .flatMap(({ transformations }) => transformations.filter((each) => isMeantFor(each, logSource)));
  if (meant.length === 0) return undefined;
  const mapping = new Map<string, readonly string[]>();
  const failures = new Map<string, string>();
  for (const each of meant) {
    if (each.type === "field_name_mapping") {
      for (const [name, to] of Object.entries(each.mapping)) if (!mapping.has(name)) mapping.set(name, to);
    } else if (each.type === "detection_item_failure") {
      for (const { fields } of each.field_name_conditions)
        for (const name of fields) failures.set(name, each.message);
    }
  }
  const predicates = meant.flatMap(({ predicate }) => (predicate === null ? [] : [predicate]));
  return {
    fields: (name) => {
      const failure = failures.get(name);
      return failure === undefined ? (mapping.get(name) ?? [name]) : { fault: `"${name}": ${failure}` };
    },
    predicate: predicates.length === 0 ? null : allOf(predicates),
    source: meant.map(({ predicate: _compiled, ...each }) => each),
  };
}

/** The log sources that they are for. */
export function logSourcesOf(pipelines: readonly Pipeline[]): readonly LogSource[] {
  return pipelines.flatMap(({ transformations }) =>
    transformations.flatMap(({ rule_conditions: wanted, rule_cond_op: joined }) => {
      const sources = wanted.map(({ type: _type, ...keys }) => keys as LogSource);
      return joined === "or" ? sources : [Object.assign({}, ...sources) as LogSource];
    }),
  );
}

function isMeantFor({ rule_conditions, rule_cond_op }: Transformation, logSource: LogSource): boolean {
  const fits = rule_conditions.map(({ type: _type, ...wanted }) =>
    Object.entries(wanted).every(([key, value]) => logSource[key] === value),
  );
  return rule_cond_op === "or" ? fits.includes(true) : !fits.includes(false);
}

function predicateAt(path: FaultPath, where: unknown, document: YamlDocument): Predicate | null {
  const result = compilePredicate(where, { lists: new Map() });
  if ("predicate" in result) return result.predicate;
  for (const fault of result.faults) document.fault([...path, ...fault.path], fault.code, fault.message);
  return null;
}
