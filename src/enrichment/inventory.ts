/**
 * Container → image, pod, workload, node, labels …; where an event has no container, its pod → what is known of that.
 *
 * What is known is laid out as the event's time has it in one point: entries that ended longer than their ttl before it
 * do not count. `age_ms` is event time less the time of the entry, so that an event read again has the same age.
 */
import { dimensionWords } from "../events/dimensions.ts";
import type { JsonMap, JsonValue, SecurityEvent } from "../events/security-event.ts";
import type { Enricher, TableChange } from "./enricher.ts";
import { clusterOf, named } from "./event-names.ts";
import { alwaysCurrent, type Freshness } from "./freshness.ts";
import type { InventoryEntry } from "./inventory-entry.ts";
import type { InventoryTable } from "./inventory-table.ts";
import { learntEntry, mayTeach, saysFacts } from "./learnt-entry.ts";

export interface InventoryOptions {
  readonly table: InventoryTable;
  /** Of events that name none. */
  readonly cluster: string;
  readonly freshness?: () => Freshness;
}

/** Plain names that stand in where the event has none. */
const plainNames = [
  "image",
  "image_digest",
  "namespace",
  "pod",
  "node",
  "workload",
  "workload_kind",
  "service_account",
] as const;
/** What stands under `enrichment.inventory` only. */
const furtherNames = ["runtime", "labels", "owners", "ips"] as const;

export function inventory({ table, cluster, freshness = alwaysCurrent }: InventoryOptions): Enricher {
  return {
    name: "inventory",
    adds: ["inventory", "container_id", ...plainNames],
    learn: (event) => {
      if (!saysFacts(event)) return nothing;
      const container = dimensionWords.container(event);
      if (container === undefined) return nothing;
      const known = table.learntOf(clusterOf(event, cluster), container, event.timestamp);
      if (!mayTeach(event, container, known)) return nothing;
      const entry = learntEntry(event, cluster);
      return entry === null ? nothing : inventoryChange(table.learn(entry));
    },
    enrich: (event) => {
      const container = dimensionWords.container(event);
      const namespace = named(event, "namespace");
      const pod = named(event, "pod");
      if (container === undefined && (namespace === undefined || pod === undefined)) return null;
      const found = lookUp(table, clusterOf(event, cluster), event, { container, namespace, pod });
      const fresh = freshness();
      const status = fresh === "current" ? (found === null ? "miss" : "hit") : fresh;
      if (found === null) return { inventory: { status } };
      return contextOf(event, status, found);
    },
  };
}

const nothing: readonly TableChange[] = [];

/** As the chain hands it on. */
export function inventoryChange(told: ReturnType<InventoryTable["learn"]>): readonly TableChange[] {
  if (told === null) return nothing;
  return [{ table: "inventory", key: told.key, value: told.entry as unknown as JsonValue }];
}

interface Found {
  readonly container: InventoryEntry | undefined;
  readonly pod: InventoryEntry | undefined;
}

interface Names {
  readonly container: string | undefined;
  readonly namespace: string | undefined;
  readonly pod: string | undefined;
}

/** Null: neither the container nor the pod is known. */
function lookUp(
  table: InventoryTable,
  cluster: string | null,
  event: SecurityEvent,
  names: Names,
): Found | null {
  let container = names.container === undefined ? undefined : table.container(cluster, names.container);
  const namespace = container?.namespace ?? names.namespace;
  const pod = container?.pod ?? names.pod;
  if (namespace === undefined || pod === undefined)
    return container === undefined ? null : { container, pod: undefined };
  const ofPod = table.pod(cluster, namespace, pod);
  if (names.container === undefined) {
    container = containerOfPod(table.containersOf(cluster, namespace, pod, event.timestamp), event);
  }
  return container === undefined && ofPod === undefined ? null : { container, pod: ofPod };
}

/** The one that the event names, or the only one. */
function containerOfPod(
  containers: readonly InventoryEntry[],
  event: SecurityEvent,
): InventoryEntry | undefined {
  const name = named(event, "container_name");
  const called = name === undefined ? containers : containers.filter((each) => each.name === name);
  return called.length === 1 ? called[0] : undefined;
}

function contextOf(event: SecurityEvent, status: string, { container, pod }: Found): JsonMap {
  const context: Record<string, JsonValue> = {};
  for (const name of plainNames) {
    // A pod's image is that of each of its containers.
    const value = container?.[name] ?? pod?.[name];
    if (value != null && !Object.hasOwn(event.details, name)) context[name] = value;
  }
  const own: Record<string, JsonValue> = {
    status,
    source: (container ?? pod)!.source,
    age_ms: Math.max(0, event.timestamp - Math.max(container?.updated_at ?? 0, pod?.updated_at ?? 0)),
  };
  for (const name of furtherNames) {
    const value = container?.[name] ?? pod?.[name];
    if (value != null) own[name] = value as JsonValue;
  }
  if (container !== undefined) {
    if (container.name != null) own.container_name = container.name;
    if (dimensionWords.container(event) === undefined && container.container_id != null)
      context.container_id = container.container_id;
  }
  context.inventory = own;
  return context;
}
