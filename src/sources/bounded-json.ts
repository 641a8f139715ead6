/**
 * Just parsed JSON, made harmless for all that walks it afterwards: nesting is refused beyond a bound, and of maps and
 * lists so long that walking them costs more than reading them only the beginning stays. No producer sends such; who makes
 * one to hide the rest of its event must not succeed, so the event goes on without it.
 */
import { InvalidMessage } from "../errors.ts";
import type { JsonMap, JsonValue } from "../events/security-event.ts";
import { cutKey, maxFields, maxListItems, maxMapKeys, maxRecordDepth, put } from "./limits.ts";

/** Changes `value` in place and returns it, or what stands for it. Throws InvalidMessage `too-deep`. */
export function boundedJson(value: JsonValue): JsonValue {
  return bounded(value, maxRecordDepth);
}

function bounded(value: JsonValue, depth: number): JsonValue {
  if (typeof value !== "object" || value === null) return value;
  if (depth === 0) throw tooDeep();
  if (Array.isArray(value)) return boundedList(value as JsonValue[], depth);
  return boundedMap(value as Record<string, JsonValue>, depth);
}

/** What nests deeper than records may. */
export function tooDeep(): InvalidMessage {
  return new InvalidMessage("too-deep", `Cannot read record: nesting must not exceed ${maxRecordDepth}`);
}

/** One walk: Object.keys and its kin would each make a list as long as the map. */
function boundedMap(map: Record<string, JsonValue>, depth: number): JsonMap {
  const first: string[] = [];
  let keys = 0;
  for (const key in map) {
    keys += 1;
    if (keys > maxMapKeys) continue;
    if (keys <= maxFields) first.push(key);
    const item = map[key]!;
    if (typeof item !== "object" || item === null) continue;
    const within = bounded(item, depth - 1);
    if (within !== item) put(map, key, within);
  }
  return keys > maxMapKeys ? firstOf(map, first, keys) : map;
}

/** One that was cut in the text before is as long as one that is cut here: its mark is the last. */
function boundedList(list: JsonValue[], depth: number): JsonValue {
  if (list.length > maxListItems + 1) {
    const mark = `[cut from ${list.length} items]`;
    list.length = maxListItems;
    list.push(mark);
  }
  for (let index = 0; index < list.length; index += 1) {
    const item = list[index]!;
    if (typeof item === "object" && item !== null) list[index] = bounded(item, depth - 1);
  }
  return list;
}

function firstOf(map: JsonMap, keys: readonly string[], count: number): JsonMap {
  const first: Record<string, JsonValue> = {};
  for (const key of keys) put(first, key, map[key]!);
  put(first, cutKey, map[cutKey] ?? `[cut from ${count} fields]`);
  return first;
}
