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
const paths = Object.entries(fields).map(([type, names]) => ({
  type: type as ObservableType | "command",
  lookups: names.map((name) => compilePath(`details.${name}`)),
}));

export function eventObservables(event: SecurityEvent): readonly Observable[] {
  const found = new Map<string, Observable>();
  for (const { type, lookups } of paths) {
    const enough = found.size + most;
    const looked: string[] = [];
    for (const text of textsAt(event, lookups)) {
      if (looked.length >= most || found.size >= enough) break;
      // Producers say a command line under several names, and its arguments once more.
      if (type === "command" && looked.some((each) => each === text || each.endsWith(` ${text}`))) continue;
      looked.push(text);
      const observables = type === "command" ? commandObservables(text) : [{ type, value: text }];
      for (const one of observables) found.set(`${one.type} ${one.value}`, one);
    }
  }
  return found.size === 0 ? nothing : [...found.values()];
}

function textsAt(event: SecurityEvent, lookups: readonly FieldOf[]): readonly string[] {
  let texts: string[] | null = null;
  for (const lookup of lookups) {
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
