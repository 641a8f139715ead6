/** What `corral sources explain` prints of a record: lines for people, one JSON map for machines. All of it harmless. */
import type { ExplainedEvent, ExplainedRecord } from "../app/explain-sources.ts";
import type { JsonMap } from "../events/security-event.ts";
import { safeLine, shortSafeText } from "../safe-text.ts";
import { plural } from "./plural.ts";

/** Characters of a value that are shown. */
const shown = 120;

export function sourceLines(file: string, { line, values, refused }: ExplainedRecord): readonly string[] {
  const place = `${safeLine(file)}:${line}`;
  if (refused !== null)
    return [`${place}: refused (${refused.reason}): ${shortSafeText(refused.message, 400)}`];
  if (values.length === 0) return [`${place}: holds nothing`];
  return values.flatMap(({ envelopes, source, events, leftOut }) => [
    `${place}: ${safeLine([...envelopes, source].join(" › "))}, ${plural(events.length, "event")}`,
    ...events.flatMap((event) => eventLines(event)),
    ...leftOut.map((key) => `  left out: ${shortSafeText(key, shown)}: the source makes no use of it`),
  ]);
}

function eventLines({ event, named, replaced, cuts }: ExplainedEvent): readonly string[] {
  const { id, timestamp, container_id, type, severity, source, details, enrichment } = event;
  return [
    `  ${shortSafeText(type, shown)} (${decision(named, type)})`,
    ...fields([
      ["id", id],
      ["time", timeText(timestamp, replaced)],
      ["severity", severity],
      ["source", source],
      ["container", container_id ?? "none"],
    ]),
    ...fields(valuesOf("enrichment", enrichment)),
    ...fields(valuesOf("details", details)),
    ...cuts.map(({ path, why }) => `    cut: ${shortSafeText(path, shown)}: ${why}`),
  ];
}

function decision(named: ExplainedEvent["named"], type: string): string {
  if (named === "record") return "the record says so";
  if (named === "none") return `no entry: ${shortSafeText(type, shown)}`;
  return `${safeLine(named.file)}:${named.line}, entry ${named.entry}`;
}

function timeText(timestamp: number, replaced: string | null): string {
  const date = new Date(timestamp);
  const text = Number.isNaN(date.getTime()) ? "none" : date.toISOString();
  return replaced === null ? text : `${text}; the broker's would stand in: ${replaced}`;
}

function valuesOf(name: string, map: JsonMap): readonly (readonly [string, string])[] {
  return Object.entries(map).map(([key, value]) => [
    `${name}.${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
}

function fields(pairs: readonly (readonly [string, string])[]): readonly string[] {
  return pairs.map(([name, value]) => `    ${shortSafeText(name, shown)}: ${shortSafeText(value, shown)}`);
}

/** One map a record; values whole, as the limits left them. */
export function sourceNdjson(file: string, { line, values, refused }: ExplainedRecord): string {
  const record = {
    file,
    line,
    refused,
    values: values.map(({ envelopes, source, events, leftOut }) => ({
      envelopes,
      source,
      left_out: leftOut,
      events: events.map(({ event, named, replaced, cuts }) => ({
        type: event.type,
        named_by: named,
        id: event.id,
        timestamp: Number.isNaN(event.timestamp) ? null : event.timestamp,
        time_replaced: replaced,
        severity: event.severity,
        source: event.source,
        container_id: event.container_id ?? null,
        enrichment: event.enrichment,
        details: event.details,
        cut: cuts,
      })),
    })),
  };
  return safeLine(JSON.stringify(record));
}
