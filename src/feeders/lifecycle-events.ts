/** Events of a container's life, as feeders write them: `container_start`, `container_ready`, `container_stop`. */
import type { InventoryEntry } from "../enrichment/inventory-entry.ts";
import type { JsonMap, JsonValue } from "../events/security-event.ts";
import type { NativeEvent } from "./inventory-feed.ts";

export type LifecycleStep = "start" | "restart" | "ready" | "stop";

const context = [
  "cluster",
  "namespace",
  "pod",
  "node",
  "workload",
  "workload_kind",
  "service_account",
  "image",
  "image_digest",
] as const;

/** The id is that of the container, the step and its time: told again it is the same event. */
export function lifecycleEvent(
  entry: InventoryEntry,
  step: LifecycleStep,
  timestamp: number,
  details: JsonMap = {},
): NativeEvent {
  const enrichment: Record<string, JsonValue> = {};
  for (const name of context) {
    const value = entry[name];
    if (value != null) enrichment[name] = value;
  }
  const { source, name, restarts, container_id: container } = entry;
  return {
    id: `${source}:${container}:${step}:${timestamp}`,
    timestamp,
    type: `container_${step}`,
    container_id: container!,
    source,
    details: {
      ...(name == null ? {} : { container_name: name }),
      ...(restarts == null ? {} : { restarts }),
      ...details,
    },
    enrichment,
  };
}
