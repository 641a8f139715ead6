/**
 * A source that a mapping file describes: how its records are recognised, which paths become which fields, and what its
 * words for severities and kinds mean. Paths are looked up as rules look fields up (own properties, longest literal key
 * first; of a list the values of all elements). Without an id the content is its own; all of the record stays in details.
 */
import { withoutScheme } from "../../events/container-id.ts";
import { compileLookup, type Lookup } from "../../events/field-path.ts";
import type { JsonMap, JsonValue } from "../../events/security-event.ts";
import { isSeverity, type Severity } from "../../events/severity.ts";
import { textOf } from "../../events/text.ts";
import { withPlainNames } from "../plain-names/with-plain-names.ts";
import { slug } from "../slug.ts";
import type { EventDraft, Source, Surroundings } from "../source.ts";
import { stableId } from "../stable-id.ts";
import { timeOf } from "../time-of.ts";
import type { MappingDocument } from "./mapping-schema.ts";
import type { TypeTable } from "./type-table.ts";

export type OwnSource = MappingDocument & { readonly recognise: Recognise };
type Recognise = NonNullable<MappingDocument["recognise"]>;

export function ownSource({ source, recognise, fields, severities }: OwnSource, types: TypeTable): Source {
  const find = new Map(
    Object.entries(fields ?? {}).map(([field, paths]) => [field, paths.map(compileLookup)]),
  );
  const details = fieldsBehind("details.", find);
  const enrichment = fieldsBehind("enrichment.", find);
  const facts = types.keys.map((key) => [key, factAt(key)] as const);
  const words = new Map(
    Object.entries(severities ?? {}).map(([word, severity]) => [word.toLowerCase(), severity]),
  );
  const first = (value: JsonMap, field: string): JsonValue | undefined =>
    firstOf(value, find.get(field) ?? []);
  const severityOf = (value: JsonMap): Severity | null => {
    const word = textOf(first(value, "severity"))?.toLowerCase() ?? "";
    return words.get(word) ?? (isSeverity(word) ? word : null);
  };

  const toDraft = (value: JsonMap, around: Surroundings): EventDraft => {
    const found = types.typeOf(
      Object.fromEntries(facts.map(([key, lookup]) => [key, textsOf(lookup(value))])),
    );
    const time = timeIn(value, find.get("timestamp") ?? []);
    const timestamp = time ?? around.time ?? Number.NaN;
    const container = textOf(first(value, "container_id"));
    return {
      id: textOf(first(value, "id")) ?? stableId([source, value, time === undefined ? around.time : null]),
      timestamp,
      container_id: container === undefined ? around.container_id : withoutScheme(container),
      type: found?.type ?? `${source}.${slug(textOf(first(value, "type")) ?? "").slice(0, 64) || "event"}`,
      severity: severityOf(value) ?? found?.severity ?? "info",
      source,
      details: withPlainNames(value, placed(value, details)),
      enrichment: placed(value, enrichment),
    };
  };
  return {
    name: source,
    recognises: recogniser(recognise),
    events: (value, around) => [toDraft(value, around)],
  };
}

/** `details.type` is the record's own `type`, which an entry cannot name else. */
function factAt(key: string): Lookup {
  const whole = compileLookup(key);
  if (!key.startsWith("details.")) return whole;
  const inDetails = compileLookup(key.slice("details.".length));
  return (value) => whole(value) ?? inDetails(value);
}

function recogniser({ has, equals }: Recognise): (value: JsonMap) => boolean {
  const there = (has ?? []).map(compileLookup);
  const same = Object.entries(equals ?? {}).map(
    ([path, values]) => [compileLookup(path), new Set(values)] as const,
  );
  return (value) =>
    there.every((lookup) => lookup(value) !== undefined) &&
    same.every(([lookup, texts]) => textsOf(lookup(value)).some((text) => texts.has(text)));
}

function firstOf(value: JsonMap, lookups: readonly Lookup[]): JsonValue | undefined {
  for (const lookup of lookups) {
    const found = lookup(value);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The first that is a time: a record may have one that nobody can read. */
function timeIn(value: JsonMap, lookups: readonly Lookup[]): number | undefined {
  return lookups.map((lookup) => timeOf(lookup(value))).find((time) => !Number.isNaN(time));
}

type Fields = readonly (readonly [name: string, lookups: readonly Lookup[]])[];

function fieldsBehind(prefix: string, find: ReadonlyMap<string, readonly Lookup[]>): Fields {
  return [...find]
    .filter(([field]) => field.startsWith(prefix))
    .map(([field, lookups]) => [field.slice(prefix.length), lookups]);
}

function placed(value: JsonMap, fields: Fields): JsonMap {
  const found = fields.map(([name, lookups]) => [name, firstOf(value, lookups)] as const);
  return Object.fromEntries(found.filter(([, each]) => each !== undefined)) as JsonMap;
}

/** Texts, numbers and flags, of a list each. */
function textsOf(value: JsonValue | undefined): readonly string[] {
  const list = Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
  return list.map(textOf).filter((text) => text !== undefined);
}
