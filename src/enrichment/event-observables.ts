/**
 * What of an event is looked up: by field, under the plain names and where producers put hashes; lists count by element.
 * Each is there once. At most 32 texts of each kind are looked at, so that a flood of one kind does not hide another.
 */
import { compilePath, type FieldOf } from "../events/field-path.ts";
import type { JsonValue, SecurityEvent } from "../events/security-event.ts";
import { commandObservables, type Observable } from "./command-observables.ts";
import type { ObservableType } from "./indicator-table.ts";

const fields: Readonly<Record<ObservableType | "command", readonly string[]>> = {
  domain: ["domain", "query", "fd.rip.name", "fd.sip.name"],
  ip: ["dst_ip", "src_ip", "resolved_ip"],
  url: ["url"],
  hash: ["sha256", "sha1", "md5", "hash", "hashes", "file.hashes", "process.file.hashes", "file.hash"],
  command: ["command_line", "cmdline", "process_args", "command", "proc.cmdline", "arguments"],
};

const nothing: readonly never[] = [];
const most = 32;
const longest = 4_096;

/** One field of the list above, and the bit that says it may be there. */
interface Looked {
  readonly lookup: FieldOf;
  readonly bit: number;
}

const names = Object.values(fields).flat();
const paths = Object.entries(fields).map(([type, ofType]) => ({
  type: type as ObservableType | "command",
  looked: ofType.map(
    (name): Looked => ({
      lookup: compilePath(`details.${name}`),
      bit: 1 << names.indexOf(name),
    }),
  ),
}));
/** By outermost key the fields that may lie there: `fd` and `fd.rip` may hold `fd.rip.name`, and so may that itself. */
const bitsByKey = new Map<string, number>();
for (const [index, name] of names.entries()) {
  const parts = name.split(".");
  for (const end of parts.keys()) {
    const key = parts.slice(0, end + 1).join(".");
    bitsByKey.set(key, (bitsByKey.get(key) ?? 0) | (1 << index));
  }
}

export function eventObservables(event: SecurityEvent): readonly Observable[] {
  let there = 0;
  for (const key in event.details) there |= bitsByKey.get(key) ?? 0;
  if (there === 0) return nothing;
  const found = new Map<string, Observable>();
  for (const { type, looked } of paths) {
    const enough = found.size + most;
    const seen: string[] = [];
    for (const text of textsAt(event, looked, there)) {
      if (seen.length >= most || found.size >= enough) break;
      // Producers say a command line under several names, and its arguments once more.
      if (type === "command" && seen.some((each) => each === text || each.endsWith(` ${text}`))) continue;
      seen.push(text);
      const observables = type === "command" ? commandObservables(text) : [{ type, value: text }];
      for (const one of observables) found.set(`${one.type} ${one.value}`, one);
    }
  }
  return found.size === 0 ? nothing : [...found.values()];
}

function textsAt(event: SecurityEvent, looked: readonly Looked[], there: number): readonly string[] {
  let texts: string[] | null = null;
  for (const { lookup, bit } of looked) {
    if ((there & bit) === 0) continue;
    const value = lookup(event);
    if (value === undefined) continue;
    texts ??= [];
    addTexts(value, texts);
  }
  return texts ?? nothing;
}

/** Of a list its texts; of maps in it the `value` (OCSF's fingerprints) or, of a map of hashes, its values. */
function addTexts(value: JsonValue, texts: string[]): void {
  if (typeof value === "string") texts.push(value.slice(0, longest));
  else if (typeof value === "object" && value !== null) {
    const items: readonly JsonValue[] = Array.isArray(value) ? value : Object.values(value);
    for (const item of items.slice(0, most)) {
      if (typeof item === "string") texts.push(item.slice(0, longest));
      else if (typeof item === "object" && item !== null && !Array.isArray(item)) {
        const inner = Object.hasOwn(item, "value") ? (item as { value: JsonValue }).value : null;
        if (typeof inner === "string") texts.push(inner.slice(0, longest));
      }
    }
  }
}
