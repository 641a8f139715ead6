import type { JsonMap, SecurityEvent } from "../../src/events/security-event.ts";

/** An event with just what a test says about it. */
export function makeEvent(details: JsonMap = {}, rest: Partial<SecurityEvent> = {}): SecurityEvent {
  return {
    id: "e1",
    timestamp: 1_767_607_200_000,
    type: "exec",
    severity: "low",
    source: "test",
    details,
    enrichment: {},
    ...rest,
  };
}
