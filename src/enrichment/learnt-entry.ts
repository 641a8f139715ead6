/**
 * What an event itself says of its container, as an entry of the inventory: Tetragon names the pod, Falco the image,
 * Docker the name, and each fills the others' gaps.
 */
import { dimensionWords } from "../events/dimensions.ts";
import type { JsonMap, JsonValue, SecurityEvent } from "../events/security-event.ts";
import { clusterOf, named } from "./event-names.ts";
import type { InventoryEntry } from "./inventory-entry.ts";

const names = [
  "image",
  "image_digest",
  "namespace",
  "pod",
  "workload",
  "workload_kind",
  "service_account",
] as const;
/** Event text is an attacker's: longer names are no names, and of labels only so many are kept. */
const longestText = 1_024;
const mostLabels = 64;

/** Null: the event names no container, or says nothing of it. */
export function learntEntry(event: SecurityEvent, configuredCluster: string): InventoryEntry | null {
  const container = dimensionWords.container(event);
  if (container === undefined || container.length > longestText) return null;
  const facts: Record<string, string | Readonly<Record<string, string>>> = {};
  for (const name of names) {
    const text = named(event, name);
    if (text !== undefined && text.length <= longestText) facts[name] = text;
  }
  const name = named(event, "container_name") ?? named(event, "container.name");
  if (name !== undefined && name.length <= longestText) facts.name = name;
  const node = nodeOf(event);
  if (node !== undefined && node.length <= longestText) facts.node = node;
  const labels = labelsOf(event);
  if (labels !== null) facts.labels = labels;
  if (Object.keys(facts).length === 0) return null;
  return Object.freeze({
    kind: "container",
    source: event.source.split(":", 1)[0]!.slice(0, longestText),
    learnt: true,
    updated_at: event.timestamp,
    cluster: clusterOf(event, configuredCluster),
    container_id: bareId(event, container),
    ...facts,
  });
}

/** In full where the event has it in full. */
function bareId({ container_id: id }: SecurityEvent, key: string): string {
  const bare = id?.replace(/^[a-z][a-z0-9+.-]{0,32}:\/\//i, "") ?? key;
  return bare === "" || bare.length > longestText ? key : bare;
}

/** What Falco calls its host may as well be its own pod; Tracee's is the container's. */
function nodeOf(event: SecurityEvent): string | undefined {
  return /^(falco|tracee)/.test(event.source) ? undefined : named(event, "node");
}

function labelsOf({ enrichment, details }: SecurityEvent): Readonly<Record<string, string>> | null {
  const labels =
    mapAt(enrichment, "labels") ?? mapAt(enrichment, "pod_labels") ?? mapAt(details, "pod_labels");
  if (labels === null) return null;
  const texts: [string, string][] = [];
  for (const [key, value] of Object.entries(labels)) {
    if (typeof value !== "string" || value.length > longestText || key === "__proto__") continue;
    if (texts.push([key, value]) === mostLabels) break;
  }
  return texts.length === 0 ? null : Object.freeze(Object.fromEntries(texts));
}

function mapAt(map: JsonMap, name: string): JsonMap | null {
  const value: JsonValue | undefined = Object.hasOwn(map, name) ? map[name] : undefined;
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonMap) : null;
}
