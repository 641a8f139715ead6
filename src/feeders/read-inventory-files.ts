/**
 * Files of inventory entries: NDJSON (one entry a line) or YAML (a list of entries), under the names of
 * `schemas/inventory-entry.avsc`. `kind` is `container` and `source` `file` unless they say otherwise; times are epoch
 * milliseconds or RFC 3339.
 */
import { readFileSync, statSync } from "node:fs";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { entityKey, entryKinds, type InventoryEntry } from "../enrichment/inventory-entry.ts";
import { ConfigError, messageOf } from "../errors.ts";

const text = z.string().min(1).max(4_096);
const time = z.union([z.int(), z.iso.datetime({ offset: true }).transform((value) => Date.parse(value))]);
const entrySchema = z.strictObject({
  kind: z.enum(entryKinds).default("container"),
  source: text.default("file"),
  updated_at: time.optional(),
  cluster: text.optional(),
  container_id: text.optional(),
  name: text.optional(),
  namespace: text.optional(),
  pod: text.optional(),
  node: text.optional(),
  workload: text.optional(),
  workload_kind: text.optional(),
  owners: z.array(z.strictObject({ kind: text, name: text })).optional(),
  service_account: text.optional(),
  image: text.optional(),
  image_digest: text.optional(),
  runtime: text.optional(),
  labels: z.record(z.string(), z.string()).optional(),
  ips: z.array(text).optional(),
  state: text.optional(),
  started_at: time.optional(),
  ended_at: time.optional(),
  restarts: z.int().nonnegative().optional(),
  previous_container: text.optional(),
});

/** Entries without a cluster get `cluster`. Throws ConfigError with every fault of every file. */
export function readInventoryFiles(files: readonly string[], cluster: string): readonly InventoryEntry[] {
  const faults: string[] = [];
  const entries = files.flatMap((file) => entriesIn(file, cluster, faults));
  if (faults.length > 0) throw new ConfigError(faults.join("\n"));
  return entries;
}

function entriesIn(file: string, cluster: string, faults: string[]): readonly InventoryEntry[] {
  const fault = (place: string, must: string): void => {
    faults.push(`Cannot read inventory ${file}${place}: ${must}`);
  };
  let content: string;
  let changedAt: number;
  try {
    content = readFileSync(file, "utf8");
    changedAt = Math.floor(statSync(file).mtimeMs);
  } catch (error) {
    fault("", messageOf(error));
    return [];
  }
  return valuesIn(content, fault).flatMap(([place, value]) => {
    const parsed = entrySchema.safeParse(value);
    if (!parsed.success) {
      for (const { path, message } of parsed.error.issues)
        fault(place, [path.join("."), message].filter(Boolean).join(": "));
      return [];
    }
    const entry = Object.freeze({
      updated_at: changedAt,
      ...(cluster === "" ? {} : { cluster }),
      ...parsed.data,
      learnt: false,
    }) as InventoryEntry;
    if (entityKey(entry) !== null) return [entry];
    fault(place, "it must say which one it is: container_id, namespace and pod, namespace and name, or name");
    return [];
  });
}

type Fault = (place: string, must: string) => void;

/** With the place of each. */
function valuesIn(content: string, fault: Fault): readonly (readonly [string, unknown])[] {
  if (/^\s*\{/.test(content)) {
    return content.split("\n").flatMap((line, index): (readonly [string, unknown])[] => {
      if (line.trim() === "") return [];
      try {
        return [[`:${index + 1}`, JSON.parse(line) as unknown]];
      } catch (error) {
        fault(`:${index + 1}`, messageOf(error));
        return [];
      }
    });
  }
  return parseAllDocuments(content, { uniqueKeys: true }).flatMap((document) => {
    const [broken] = document.errors;
    if (broken !== undefined) {
      fault("", broken.message.split("\n")[0]!);
      return [];
    }
    const value: unknown = document.toJS({ maxAliasCount: 0 });
    if (Array.isArray(value)) return value.map((each, index) => [` entry ${index + 1}`, each] as const);
    fault("", "it must be NDJSON or a YAML list of entries");
    return [];
  });
}
