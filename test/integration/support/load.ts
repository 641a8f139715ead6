import { EmbeddedEngine } from "../../../src/app/embedded-engine.ts";
import { FinalAlerts } from "../../../src/app/final-alerts.ts";
import { loadRuleSet } from "../../../src/app/load-rule-set.ts";
import { seededRandom } from "../../../src/app/shuffle-arrivals.ts";
import type { Verdict } from "../../../src/correlation/verdict.ts";
import type { JsonMap, SecurityEvent } from "../../../src/events/security-event.ts";

/**
 * Seeded traffic of many containers: of eight in turn, four carry a planted attack of one of the shipped rules and four
 * a near miss of it, amid noise that is partly relevant to rules.
 */
export interface LoadOptions {
  readonly seed: number;
  readonly containers: number;
  /** Event time over which attacks begin, milliseconds. */
  readonly span: number;
  /** Outside business hours, so that data_exfiltration can fire. */
  readonly start?: number;
  /** Noise events per container. */
  readonly noise?: number;
}

/** A Monday evening, UTC. */
const evening = Date.parse("2026-01-05T19:00:00Z");

export type Step = readonly [second: number, type: string, details?: JsonMap];

/** Events in order of event time. */
export function load({
  seed,
  containers,
  span,
  start = evening,
  noise = 4,
}: LoadOptions): readonly SecurityEvent[] {
  const random = seededRandom(seed);
  const events: SecurityEvent[] = [];
  for (let index = 0; index < containers; index += 1) {
    const container = `${(index + 1).toString(16).padStart(6, "0")}${seed.toString(16).padStart(6, "0")}`;
    const begin = start + Math.floor(random() * span);
    events.push(...eventsOf({ container, index, begin, namespace: `ns-${index % 5}`, noise, random }));
  }
  return events.sort((a, b) => a.timestamp - b.timestamp || (a.id < b.id ? -1 : 1));
}

export interface PlantedContainer {
  readonly container: string;
  /** Which story it tells: one of eight in turn. */
  readonly index: number;
  /** Event time at which it begins, epoch milliseconds. */
  readonly begin: number;
  readonly namespace: string;
  /** Number of noise events. */
  readonly noise: number;
  readonly random: () => number;
  /** What it does besides. */
  readonly more?: readonly Step[];
}

/** All that one container does, within ten to eleven minutes of its beginning. */
export function eventsOf({
  container,
  index,
  begin,
  namespace,
  noise,
  random,
  more = [],
}: PlantedContainer): readonly SecurityEvent[] {
  const steps = stories[index % stories.length]!(random);
  for (let extra = 0; extra < noise; extra += 1) {
    steps.push([
      Math.floor(random() * 600),
      noiseTypes[Math.floor(random() * noiseTypes.length)]!,
      { extra },
    ]);
  }
  return [...steps, ...more].map(([second, type, details = {}], step) => ({
    id: `${container}-${step}`,
    timestamp: begin + second * 1000 + (step % 7),
    container_id: container,
    type,
    severity: "medium",
    source: "load",
    details,
    enrichment: { namespace },
  }));
}

const noiseTypes = ["process_start", "file_read", "dns_query", "privilege_escalation", "network_scan"];

const stories: readonly ((random: () => number) => Step[])[] = [
  () => escaping([0, 20, 40, 70]),
  () => escaping([0, 20, 40, 301 + 40]),
  (random) => [
    [0, "process_start", { process_name: "/opt/xmrig" }],
    [5 + Math.floor(random() * 100), "suspicious_domain", { domain: "pool.example.net" }],
    [200, "metric", { cpu_usage: 95 }],
  ],
  () => [
    [0, "process_start", { process_name: "/opt/xmrig" }],
    [30, "suspicious_domain", { domain: "pool.example.net" }],
    [601, "metric", { cpu_usage: 95 }],
    [40, "metric", { cpu_usage: 80 }],
  ],
  () => [...scan(0), ...failures(30, 5, 4)],
  () => [...scan(0), ...failures(30, 9, 3)],
  () => egress(12, 100_000_000),
  () => egress(10, 200_000_000),
];

function escaping([a, b, c, d]: readonly [number, number, number, number]): Step[] {
  return [
    [a, "privilege_escalation"],
    [b, "sensitive_file_access"],
    [c, "capability_added"],
    [d, "namespace_change"],
  ];
}

function scan(second: number): Step[] {
  return [[second, "network_scan"]];
}

function failures(second: number, count: number, targets: number): Step[] {
  return Array.from({ length: count }, (_, index) => [
    second + index * 3,
    "authentication_failure",
    { dst_container: `target-${index % targets}` },
  ]);
}

function egress(addresses: number, bytes: number): Step[] {
  return Array.from({ length: addresses }, (_, index) => [
    index * 60,
    "flow",
    { dst_ip: `203.0.113.${index}`, network_egress_bytes: bytes },
  ]);
}

/** Moves events out of their order by at most `maxMs` of event time. */
export function disordered(
  events: readonly SecurityEvent[],
  maxMs: number,
  seed: number,
): readonly SecurityEvent[] {
  const random = seededRandom(seed);
  return events
    .map((event) => ({ event, at: event.timestamp + random() * maxMs }))
    .sort((a, b) => a.at - b.at)
    .map(({ event }) => event);
}

/** What the embedded engine says in one pass in order: the oracle. */
export function expectedAlerts(events: readonly SecurityEvent[]): readonly Verdict[] {
  const rules = loadRuleSet({ rules: ["rules"], calendar: {}, lists: {} });
  const engine = new EmbeddedEngine(rules, {
    allowedLateness: 60_000,
    updateInterval: 60_000,
    maxEvidence: 50,
    maxEvents: 1_000,
  });
  const alerts = new FinalAlerts();
  for (const event of [...events].sort((a, b) => a.timestamp - b.timestamp)) alerts.add(engine.feed(event));
  alerts.add(engine.finish());
  return alerts.list();
}

/** Rule, group and opening, as `alertKey` writes them. */
export function expectedKeys(events: readonly SecurityEvent[]): readonly string[] {
  return expectedAlerts(events)
    .map(({ rule, group, openedAt }) => {
      const text = Object.entries(group).map(([key, value]) => `${key}=${value}`);
      return `${rule.id} ${text.join("&")} ${openedAt}`;
    })
    .sort();
}

/** As a native JSON producer sends it. */
export function nativeJson({ origin: _origin, ...event }: SecurityEvent): string {
  return JSON.stringify(event);
}
