/**
 * What an event itself says of its container, as an entry of the inventory: Tetragon names the pod, Falco the image,
 * Docker the name, and each fills the others' gaps.
 */
import { isAbsent } from "../events/absent.ts";
import { dimensionWords } from "../events/dimensions.ts";
import type { JsonMap, JsonValue, SecurityEvent } from "../events/security-event.ts";
import { clusterOf, named } from "./event-names.ts";
import { type FactName, type InventoryEntry, isEqual } from "./inventory-entry.ts";

const names = [
  "image",
  "image_digest",
  "namespace",
  "pod",
  "workload",
  "workload_kind",
  "service_account",
] as const;
/** Keys of `enrichment` and `details` that say something, and the fact that each says. */
const facts: ReadonlyMap<string, FactName> = new Map<string, FactName>([
  ...names.map((name) => [name, name] as const),
  ["container_name", "name"],
  ["container.name", "name"],
  ["node", "node"],
  ["labels", "labels"],
  ["pod_labels", "labels"],
]);
/** Event text is an attacker's: longer names are no names, and of labels only so many are kept. */
const longestText = 1_024;
const runtime = /^[a-z][a-z0-9+.-]{0,32}:\/\//i;
const mostLabels = 64;

/** Null: the event names no container, or says nothing of it. */
export function learntEntry(event: SecurityEvent, configuredCluster: string): InventoryEntry | null {
  const container = dimensionWords.container(event);
  if (container === undefined || container.length > longestText) return null;
  const said: Record<string, string | Readonly<Record<string, string>>> = {};
  for (const name of names) {
    const text = named(event, name);
    if (text !== undefined && text.length <= longestText) said[name] = text;
  }
  const name = named(event, "container_name") ?? named(event, "container.name");
  if (name !== undefined && name.length <= longestText) said.name = name;
  const node = nodeOf(event);
  if (node !== undefined && node.length <= longestText) said.node = node;
  const labels = labelsOf(event);
  if (labels !== null) said.labels = labels;
  if (Object.keys(said).length === 0) return null;
  return Object.freeze({
    kind: "container",
    source: event.source.split(":", 1)[0]!.slice(0, longestText),
    learnt: true,
    updated_at: event.timestamp,
    cluster: clusterOf(event, configuredCluster),
    container_id: bareId(event, container),
    ...said,
  });
}

/**
 * False where the event certainly says nothing of its container (`container`: its key) that is not known of it; then
 * `learntEntry` need not be asked. `known` undefined: nothing is.
 */
export function mayTeach(
  event: SecurityEvent,
  container: string,
  known: InventoryEntry | undefined,
): boolean {
  if (known !== undefined && known.container_id !== bareId(event, container)) return true;
  return saysMore(event.enrichment, event, known) || saysMore(event.details, event, known);
}

/** Whether the event says anything of its container at all. */
export function saysFacts({ enrichment, details }: SecurityEvent): boolean {
  return hasFact(enrichment) || hasFact(details);
}

function hasFact(map: JsonMap): boolean {
  for (const key in map) if (facts.has(key)) return true;
  return false;
}

function saysMore(map: JsonMap, event: SecurityEvent, known: InventoryEntry | undefined): boolean {
  for (const key in map) {
    const fact = facts.get(key);
    if (fact === undefined || isAbsent(map[key]) || (fact === "node" && !isNodeKnownTo(event))) continue;
    if (known === undefined || !isEqual(known[fact], map[key])) return true;
  }
  return false;
}

/** In full where the event has it in full. */
function bareId({ container_id: id }: SecurityEvent, key: string): string {
  const bare = id == null ? key : id.includes("://") ? id.replace(runtime, "") : id;
  return bare === "" || bare.length > longestText ? key : bare;
}

function nodeOf(event: SecurityEvent): string | undefined {
  return isNodeKnownTo(event) ? named(event, "node") : undefined;
}

/** What Falco calls its host may as well be its own pod; Tracee's is the container's. */
function isNodeKnownTo({ source }: SecurityEvent): boolean {
  return !source.startsWith("falco") && !source.startsWith("tracee");
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
