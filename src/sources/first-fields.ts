import type { JsonMap } from "../events/security-event.ts";

/** Fields of one map, and elements of one list, that are looked at; more than an event may hold (limits.ts), which says so. */
export const maxRead = 1024;

/**
 * The map itself; of one beyond any sensor's size the first fields, as copying tens of thousands of them would take
 * longer than an event may.
 */
export function firstFields(map: JsonMap): JsonMap {
  let count = 0;
  for (const _ in map) {
    count += 1;
    if (count > maxRead)
      return Object.fromEntries(
        Object.keys(map)
          .slice(0, maxRead)
          .map((key) => [key, map[key] ?? null]),
      );
  }
  return map;
}
