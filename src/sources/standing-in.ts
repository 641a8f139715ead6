/**
 * What the surroundings of an event say stands in where the event itself says nothing; but only as far as it holds for
 * the event. A shipper names the pod that wrote a line: for the line of an application that is where it happened, for a
 * sensor's record it is the sensor's own pod, and only the node is shared.
 */
import type { JsonMap } from "../events/security-event.ts";
import type { EventDraft, Place, Surroundings } from "./source.ts";

const ofNode = new Set(["node"]);
const ofContainer = new Set([
  "namespace",
  "pod",
  "pod_uid",
  "pod_labels",
  "workload",
  "workload_kind",
  "service_account",
  "container_name",
  "image",
  "image_digest",
]);

/** The part of a context that holds at a place. */
export function contextAt(place: Place, context: JsonMap): JsonMap {
  if (place === "container") return context;
  return Object.fromEntries(
    Object.entries(context).filter(
      ([key]) => !ofContainer.has(key) && (place === "node" || !ofNode.has(key)),
    ),
  );
}

/** Null: the surroundings say nothing that holds there. */
export function standingIn(around: Surroundings, place: Place): ((draft: EventDraft) => EventDraft) | null {
  const container = place === "container" ? around.container_id : null;
  const context = isEmpty(around.enrichment) ? around.enrichment : contextAt(place, around.enrichment);
  if (container === null && isEmpty(context)) return null;
  return (draft) => ({
    ...draft,
    container_id: draft.container_id ?? container,
    enrichment: { ...context, ...draft.enrichment },
  });
}

function isEmpty(map: JsonMap): boolean {
  for (const _ in map) return false;
  return true;
}

/** What one more envelope says, inside of what those around it said: of two containers the inner one is meant. */
export function inside(
  around: Surroundings,
  said: {
    readonly time?: number | null;
    readonly container_id?: string | null;
    readonly enrichment?: JsonMap;
  },
): Surroundings {
  const { time = null, container_id = null, enrichment = {} } = said;
  const another = container_id !== null || Object.keys(enrichment).some((key) => ofContainer.has(key));
  return {
    headers: around.headers,
    time: time === null || Number.isNaN(time) ? around.time : time,
    container_id: another ? container_id : around.container_id,
    enrichment: { ...contextAt(another ? "node" : "container", around.enrichment), ...enrichment },
  };
}
