/**
 * Bounds of one event. Its content is attacker-controlled, so what exceeds them is cut and not refused: an event must not
 * be hidden by making it large. What was cut is said in `enrichment.cut`.
 *
 * Text longer than 8 KiB ends in its length and hash; of more than 512 fields the outermost stay; nesting deeper than 32
 * and numbers that are not finite go. Text comes out well-formed: lone surrogates would differ between here and the log.
 */
import { hash } from "node:crypto";
import type { JsonMap, JsonValue } from "../events/security-event.ts";
import type { EventDraft } from "./source.ts";

/** Longest value of a record, bytes. Producers average 1.4 to 14.6 kB. */
export const maxBytes = 1024 * 1024;
/** Nesting of a record that is refused: what walks a value before it is cut recurses so deep at most. */
export const maxRecordDepth = 256;
/**
 * Events in one record: as many as are read, enriched and written within the 50 ms that a record may take. The API server's
 * webhook sends 400.
 */
export const maxEventsPerRecord = 500;
/** Items of one list of a record. More than events, so that a list of too many events is refused as one. */
export const maxListItems = 1_001;
/** Keys of one map of a record; of a wider one the first 512 stay. */
export const maxMapKeys = 4_096;
/** Different keys at the outer levels of a record, and as many below: see bounded-text.ts. */
export const maxKeys = 4_096;
/** Maps and lists of a record, one for each 16 bytes of the largest; beyond, those within events go. */
export const maxContainers = 65_536;
/** The key under which a map that was cut says so. */
export const cutKey = "…";
/** Nesting of `details` and `enrichment`. */
export const maxDepth = 32;
/** Keys and list elements in `details`, over all depths; likewise in `enrichment`. */
export const maxFields = 512;
/** UTF-8 bytes of one text. */
export const maxTextBytes = 8 * 1024;
/** UTF-8 bytes of an id, a type and other names. */
const maxNameBytes = 512;

/** What was cut from an event. */
interface Cut {
  texts: number;
  fields: number;
  numbers: number;
}

/** The draft itself where nothing has to be cut. */
export function limited(draft: EventDraft): EventDraft {
  if (isWithin(draft)) return draft;
  const cut: Cut = { texts: 0, fields: 0, numbers: 0 };
  const container = draft.container_id ?? null;
  const within = {
    ...draft,
    id: shortened(draft.id, maxNameBytes, cut),
    type: shortened(draft.type, maxNameBytes, cut),
    source: shortened(draft.source, maxNameBytes, cut),
    container_id: container === null ? null : shortened(container, maxNameBytes, cut),
    details: fits(draft.details) ? draft.details : limitedMap(draft.details, cut),
    enrichment: fits(draft.enrichment) ? draft.enrichment : limitedMap(draft.enrichment, cut),
  };
  const marks = Object.fromEntries(Object.entries(cut).filter(([, count]) => count > 0));
  if (Object.keys(marks).length === 0) return within;
  return { ...within, enrichment: { ...within.enrichment, cut: marks } };
}

/** The usual case, without a copy. */
function isWithin({ id, type, source, container_id, details, enrichment }: EventDraft): boolean {
  return (
    isName(id) &&
    isName(type) &&
    isName(source) &&
    (container_id == null || isName(container_id)) &&
    fits(details) &&
    fits(enrichment)
  );
}

function isName(text: string): boolean {
  return text.length * 3 <= maxNameBytes && text.isWellFormed();
}

function fits(map: JsonMap): boolean {
  return countOf(map, maxDepth) <= maxFields;
}

/** Keys and elements, infinite where something has to be cut. */
function countOf(value: JsonValue, depth: number): number {
  if (typeof value === "string") {
    return value.length * 3 <= maxTextBytes || Buffer.byteLength(value) <= maxTextBytes
      ? value.isWellFormed()
        ? 0
        : Number.POSITIVE_INFINITY
      : Number.POSITIVE_INFINITY;
  }
  if (typeof value === "number") return Number.isFinite(value) ? 0 : Number.POSITIVE_INFINITY;
  if (typeof value !== "object" || value === null) return 0;
  if (depth === 0) return Number.POSITIVE_INFINITY;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value as readonly JsonValue[]) {
      count += 1 + countOf(item, depth - 1);
      if (count > maxFields) return count;
    }
  } else {
    const map = value as JsonMap;
    for (const key in map) {
      if (key.length > maxNameBytes || !key.isWellFormed()) return Number.POSITIVE_INFINITY;
      count += 1 + countOf(map[key]!, depth - 1);
      if (count > maxFields) return count;
    }
  }
  return count;
}

type Container = Record<string, JsonValue> | JsonValue[];

interface Pending {
  readonly from: JsonMap | readonly JsonValue[];
  readonly to: Container;
  readonly depth: number;
  /** Keys or elements in `from`. */
  readonly size: number;
}

/** Level by level, small maps and lists first, so that what lies outermost stays and one huge part goes alone. */
function limitedMap(map: JsonMap, cut: Cut): JsonMap {
  const result: Record<string, JsonValue> = {};
  let left = maxFields;
  let level: Pending[] = [{ from: map, to: result, depth: maxDepth, size: 0 }];
  while (level.length > 0) {
    const next: Pending[] = [];
    for (const { from, to, depth } of level) {
      const keys = Object.keys(from);
      if (left <= 0) cut.fields += keys.length;
      for (const key of left <= 0 ? [] : keys) {
        const item = (from as JsonMap)[key]!;
        const nested = typeof item === "object" && item !== null;
        if (left <= 0 || (nested && depth <= 1)) {
          cut.fields += 1;
          continue;
        }
        const value = nested ? (Array.isArray(item) ? [] : {}) : scalar(item, cut);
        if (value === undefined) continue;
        left -= 1;
        put(to, shortened(key, maxNameBytes, cut), value);
        if (nested) {
          const size = Array.isArray(item) ? item.length : Object.keys(item).length;
          next.push({ from: item as Pending["from"], to: value as Container, depth: depth - 1, size });
        }
      }
    }
    level = next.sort((a, b) => a.size - b.size);
  }
  return result;
}

/** A key `__proto__` is a key like any other: defined, where assignment would set the prototype (and be quicker). */
export function put(to: Container, key: string, value: JsonValue): void {
  if (Array.isArray(to)) to.push(value);
  else if (key !== "__proto__") to[key] = value;
  else Object.defineProperty(to, key, { value, enumerable: true, configurable: true, writable: true });
}

function scalar(value: JsonValue, cut: Cut): JsonValue | undefined {
  if (typeof value === "string") return shortened(value, maxTextBytes, cut);
  if (typeof value !== "number" || Number.isFinite(value)) return value;
  cut.numbers += 1;
  return undefined;
}

/** `aaaa…[cut from 12345 bytes, sha256 0123456789abcdef]` */
function shortened(text: string, bytes: number, cut: Cut): string {
  const formed = text.isWellFormed() ? text : text.toWellFormed();
  if (formed.length * 3 <= bytes || Buffer.byteLength(formed) <= bytes) return formed;
  cut.texts += 1;
  const mark = `…[cut from ${Buffer.byteLength(formed)} bytes, sha256 ${hash("sha256", formed).slice(0, 16)}]`;
  const kept = Buffer.from(formed)
    .subarray(0, bytes - Buffer.byteLength(mark))
    .toString("utf8");
  return `${kept.replace(/\ufffd$/, "")}${mark}`;
}
