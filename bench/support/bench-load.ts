/**
 * Seeded events in both orders: as they arrive, out of order by less than the allowed lateness, and in order of event
 * time, as the embedded engine takes them. Nothing is held in memory but the containers under way, so millions are made as
 * they are written.
 */
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { Traffic } from "../../test/chaos/traffic.ts";

export interface BenchLoad {
  /** In order of arrival; once. */
  arrivals(): Iterable<SecurityEvent>;
  /** In order of event time, after all have arrived. */
  inOrder(): Iterable<SecurityEvent>;
}

/** A Friday evening, UTC: outside business hours, so that all planted attacks count. */
export const loadStart = Date.parse("2026-01-02T18:00:00Z");
const spacingMs = 5_000;
const stepMs = 10_000;

/** Containers with planted attacks and near misses, until there are at least `count` events. */
export function trafficLoad(seed: number, count: number): BenchLoad {
  const traffic = new Traffic({ seed, start: loadStart, spacing: spacingMs });
  return {
    *arrivals() {
      let made = 0;
      for (let now = loadStart; made < count; now += stepMs) {
        for (const { event } of traffic.until(now)) {
          made += 1;
          yield event;
        }
      }
      for (const { event } of traffic.rest()) yield event;
    },
    inOrder: () => traffic.inOrder(),
  };
}
