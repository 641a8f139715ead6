/**
 * Starts, stops and restarts of containers: what state a container is in, and which one it took the place of, so that an
 * attack on a workload is one story although its containers come and go.
 *
 * Learns from `container_start`, `container_stop` and `container_restart`. A start that was told before, or is older than
 * what is known, changes nothing; a stop that comes after the next start of the same container does not stop it.
 */
import { dimensionWords } from "../events/dimensions.ts";
import type { JsonMap, JsonValue, SecurityEvent } from "../events/security-event.ts";
import type { Enricher, TableChange } from "./enricher.ts";
import { clusterOf } from "./event-names.ts";
import { inventoryChange } from "./inventory.ts";
import { endOf, type Facts, type InventoryEntry } from "./inventory-entry.ts";
import type { InventoryTable } from "./inventory-table.ts";
import { learntEntry } from "./learnt-entry.ts";

export interface LifecycleOptions {
  readonly table: InventoryTable;
  /** Of events that name none. */
  readonly cluster: string;
}

/** Docker tells a restart as a start and then as a restart: one so soon after a start is that one. */
const sameStartMs = 5_000;

export function lifecycle({ table, cluster }: LifecycleOptions): Enricher {
  return {
    name: "lifecycle",
    adds: ["lifecycle"],
    learn: (event) => {
      if (!isLifecycle(event.type)) return nothing;
      const container = dimensionWords.container(event);
      if (container === undefined) return nothing;
      const known = table.container(clusterOf(event, cluster), container);
      const entry: InventoryEntry = learntEntry(event, cluster) ?? bareEntry(event, container, cluster);
      const step = stepOf(event, known, known ?? entry, table);
      return step === null ? nothing : inventoryChange(table.learn(Object.freeze({ ...entry, ...step })));
    },
    enrich: (event) => {
      const container = dimensionWords.container(event);
      if (container === undefined) return null;
      const known = table.container(clusterOf(event, cluster), container);
      const context = known === undefined ? null : contextOf(known, table, cluster, event);
      return context === null ? null : { lifecycle: context };
    },
  };
}

const nothing: readonly TableChange[] = [];
const lifecycleTypes = ["container_start", "container_stop", "container_restart"] as const;

function isLifecycle(type: string): boolean {
  return (lifecycleTypes as readonly string[]).includes(type);
}

function bareEntry(event: SecurityEvent, container: string, cluster: string): InventoryEntry {
  return {
    kind: "container",
    source: event.source.split(":", 1)[0]!,
    learnt: true,
    updated_at: event.timestamp,
    cluster: clusterOf(event, cluster),
    container_id: container,
  };
}

/** What the event changes; null: nothing that is not known or older. */
function stepOf(
  { type, timestamp }: SecurityEvent,
  known: Facts | undefined,
  self: InventoryEntry,
  table: InventoryTable,
): Facts | null {
  const started = known?.started_at ?? null;
  if (type === "container_stop") {
    if (started !== null && started > timestamp) return null;
    return (known?.ended_at ?? 0) >= timestamp ? null : { state: "stopped", ended_at: timestamp };
  }
  if (started !== null && timestamp <= started) return null;
  const ended = known === undefined ? null : endOf(known);
  if (ended !== null && ended > timestamp)
    return known?.started_at == null ? { started_at: timestamp } : null;
  const isAgain =
    ended !== null ||
    (type === "container_restart" && (started === null || timestamp - started > sameStartMs));
  if (!isAgain && type === "container_restart") return null;
  const previous = table.predecessorOf(self, timestamp);
  return {
    state: "running",
    started_at: timestamp,
    ...(isAgain ? { restarts: (known?.restarts ?? 0) + 1 } : {}),
    ...(previous?.container_id == null ? {} : { previous_container: previous.container_id }),
  };
}

/** Null: nothing is known of its life. */
function contextOf(
  entry: InventoryEntry,
  table: InventoryTable,
  cluster: string,
  event: SecurityEvent,
): JsonMap | null {
  const { started_at: started, restarts, previous_container: previous } = entry;
  const end = endOf(entry);
  // An event of before the end happened while it ran.
  const ended = end !== null && end <= event.timestamp ? end : null;
  const state =
    ended !== null
      ? "stopped"
      : end !== null
        ? "running"
        : (entry.state ?? (started == null ? null : "running"));
  const context: Record<string, JsonValue> = {};
  if (state !== null) context.state = state;
  if (started != null) context.started_at = started;
  if (ended !== null) context.ended_at = ended;
  if (restarts != null) context.restarts = restarts;
  if (previous != null) {
    context.previous_container = previous;
    const changed = imageChanged(table.container(clusterOf(event, cluster), previous), entry);
    if (changed !== null) context.image_changed = changed;
  }
  if (Object.keys(context).length === 0) return null;
  return { ...context, source: entry.source, age_ms: Math.max(0, event.timestamp - entry.updated_at) };
}

/** By digest where both have one; null: it cannot be told. */
function imageChanged(before: InventoryEntry | undefined, now: InventoryEntry): boolean | null {
  if (before === undefined) return null;
  if (before.image_digest && now.image_digest) return before.image_digest !== now.image_digest;
  return before.image && now.image ? before.image !== now.image : null;
}
