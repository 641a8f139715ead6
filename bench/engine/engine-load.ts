/**
 * Seeded events for one process: planted attacks and near misses of the seed's four rules amid events that no rule can
 * use, of some 400 bytes each, in native or Falco shape.
 *
 * Arrival is out of order by less than the allowed lateness; `late` of the events come later than that. They are such that
 * no rule can use them or has enough of them, so that what the alerts must be is still told by a pass in order.
 */
import { seededRandom } from "../../src/app/shuffle-arrivals.ts";
import type { JsonMap, SecurityEvent } from "../../src/events/security-event.ts";
import { eventsOf } from "../../test/integration/support/load.ts";

export interface EngineLoadOptions {
  readonly seed: number;
  /** Events, about. */
  readonly count: number;
  readonly shape: "native" | "falco";
  /** Share of events that no rule can use, 0 to 1. */
  readonly irrelevant: number;
  /** Share of events of one container, taken from those that some rule can use but never enough of. */
  readonly hot: number;
  /** Share of events of many containers that some rule can use but never has enough of; default 0. */
  readonly lone?: number;
  /** Share of events that come later than the allowed lateness; at most `lone`, without any at most `irrelevant`. */
  readonly late: number;
}

export interface EngineLoad {
  /** In order of arrival, one record each. */
  readonly lines: readonly string[];
  /** In order of event time. */
  readonly inOrder: readonly SecurityEvent[];
}

/** A Monday evening, UTC: outside business hours. */
const start = Date.parse("2026-01-05T19:00:00Z");
/** Event time between two events, milliseconds. */
const spacing = 5;
const disorderMs = 20_000;
const lateMs = 120_000;
const eventsPerStory = 10;
const hotContainer = "0ffee0ffee00";
/** Of a record, so that it comes to some 400 bytes. */
const padding =
  "/usr/bin/python3 -m service --listen 0.0.0.0:8443 --config /etc/service/production.yaml --log-format json --workers 4";

/** Whether the event was made to be of use to no rule. */
export function isQuiet({ type }: SecurityEvent): boolean {
  return type.startsWith("quiet_");
}

export function engineLoad(options: EngineLoadOptions): EngineLoad {
  const { seed, count, shape, irrelevant, hot, lone = 0, late } = options;
  const random = seededRandom(seed);
  const span = count * spacing;
  const events: SecurityEvent[] = [];
  const planted = Math.max(1, Math.floor((count * (1 - irrelevant - hot - lone)) / eventsPerStory));
  for (let index = 0; index < planted; index += 1) {
    const container = `${(index + 1).toString(16).padStart(6, "0")}5eed00`;
    const begin = start + Math.floor(random() * span);
    events.push(
      ...eventsOf({ container, index, begin, namespace: `ns-${index % 5}`, noise: 2, random }).map(padded),
    );
  }
  const hotCount = Math.floor(count * hot);
  for (let n = 0; n < hotCount; n += 1) {
    const at = start + random() * span;
    events.push(one(`hot-${n}`, at, hotContainer, "authentication_failure", { dst_container: "target-0" }));
  }
  const loneCount = Math.floor(count * lone);
  for (let n = 0; n < loneCount; n += 1) {
    const at = start + random() * span;
    events.push(one(`lone-${n}`, at, otherContainer(random, "d"), "privilege_escalation", {}));
  }
  while (events.length < count) {
    const n = events.length;
    const container = otherContainer(random, "b");
    events.push(one(`quiet-${n}`, start + random() * span, container, `quiet_${n % 20}`, { to: "target-0" }));
  }
  events.sort((a, b) => a.timestamp - b.timestamp || (a.id < b.id ? -1 : 1));
  const arrivals = events.map((event) => {
    const mayBeLate = lone > 0 ? event.id.startsWith("lone-") : isQuiet(event);
    const isLate = mayBeLate && random() * (lone > 0 ? lone : irrelevant) < late;
    return { event, at: event.timestamp + (isLate ? lateMs : random() * disorderMs) };
  });
  arrivals.sort((a, b) => a.at - b.at);
  const write = shape === "native" ? nativeLine : falcoLine;
  return { lines: arrivals.map(({ event }) => write(event)), inOrder: events };
}

/** One of 2,000 that no attack is planted in. */
function otherContainer(random: () => number, fill: string): string {
  return Math.floor(random() * 2_000)
    .toString(16)
    .padStart(12, fill);
}

function one(
  id: string,
  timestamp: number,
  container: string,
  type: string,
  details: JsonMap,
): SecurityEvent {
  return padded({
    id,
    timestamp: Math.floor(timestamp),
    container_id: container,
    type,
    severity: "low",
    source: "load",
    details,
    enrichment: { namespace: "ns-0" },
  });
}

function padded(event: SecurityEvent): SecurityEvent {
  return { ...event, details: { cmdline: padding, pid: 4_711, parent: "containerd-shim", ...event.details } };
}

function nativeLine(event: SecurityEvent): string {
  return JSON.stringify(event);
}

/** As Falco's JSON output has it; the rule's name becomes the type by `mappings/`, where it has one. */
function falcoLine({ id, timestamp, container_id, type, details }: SecurityEvent): string {
  return JSON.stringify({
    uuid: id,
    time: new Date(timestamp).toISOString(),
    priority: "Notice",
    rule: type,
    source: "syscall",
    hostname: "node-1",
    output: `${type} (container=${container_id})`,
    output_fields: { "container.id": container_id, "evt.time": timestamp * 1_000_000, ...details },
    tags: ["container"],
  });
}
