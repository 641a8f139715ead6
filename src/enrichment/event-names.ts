/** What an event says of itself under the plain names: in `enrichment`, else in `details`. Text of one value only. */
import type { JsonMap, SecurityEvent } from "../events/security-event.ts";
import { singleText } from "../events/single-text.ts";

/** Undefined: it does not say. */
export function named({ enrichment, details }: SecurityEvent, name: string): string | undefined {
  return textAt(enrichment, name) ?? textAt(details, name);
}

export function textAt(map: JsonMap, name: string): string | undefined {
  return Object.hasOwn(map, name) ? singleText(map[name]) : undefined;
}

/** The cluster that an event names, else the configured one; null: none is known. */
export function clusterOf({ enrichment }: SecurityEvent, configured: string): string | null {
  return textAt(enrichment, "cluster") ?? (configured === "" ? null : configured);
}
