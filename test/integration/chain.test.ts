import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EmbeddedEngine } from "../../src/app/embedded-engine.ts";
import { FinalAlerts } from "../../src/app/final-alerts.ts";
import { loadRuleSet } from "../../src/app/load-rule-set.ts";
import { seededRandom } from "../../src/app/shuffle-arrivals.ts";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { describeWithServices } from "../services/services.ts";
import type { CorralProcess } from "./support/corral-process.ts";
import { alertKey, differingDuplicates, finalAlerts, Installation } from "./support/installation.ts";
import { disordered, nativeJson } from "./support/load.ts";

const text = `
id: many_failures
window: 10s
conditions: [{ type: event_count, where: { type: failure }, threshold: 3 }]
---
id: spreading
window: 10m
group_by: namespace
conditions: [{ type: unique_count, field: container_id, where: { type: alert.many_failures }, threshold: 3 }]
---
id: no_drill
window: 10m
group_by: namespace
conditions:
  alert: { type: event_count, where: { type: alert.many_failures }, threshold: 1 }
  drill: { type: event_count, where: { type: drill } }
match: alert and not drill
`;

/** A Monday evening, UTC. */
const start = Date.parse("2026-01-05T19:00:00Z");
const span = 4 * 3_600_000;

/** Failures in containers of six namespaces over four hours, and drills now and then. */
function trouble(): readonly SecurityEvent[] {
  const random = seededRandom(51);
  const event = (
    id: string,
    t: number,
    type: string,
    container: string,
    namespace: string,
  ): SecurityEvent => ({
    id,
    timestamp: Math.floor(t),
    type,
    container_id: container,
    severity: "low",
    source: "load",
    details: {},
    enrichment: { namespace },
  });
  const failures = Array.from({ length: 400 }, (_, index) => {
    const begin = start + random() * span;
    const count = random() < 0.7 ? 3 : 2;
    return Array.from({ length: count }, (_each, step) =>
      event(`f${index}-${step}`, begin + step * 3_000, "failure", `c${index}`, `ns-${index % 6}`),
    );
  }).flat();
  const drills = Array.from({ length: 30 }, (_, index) =>
    event(`d${index}`, start + random() * span, "drill", "c-drill", `ns-${index % 6}`),
  );
  return [...failures, ...drills].sort((a, b) => a.timestamp - b.timestamp);
}

describeWithServices("kafka", "redis")("A chain from containers to namespaces", ({ kafka, redis }) => {
  const rules = join(mkdtempSync(join(tmpdir(), "chain-")), "chain.yml");
  writeFileSync(rules, text);
  const settings = { CORRAL_IDLE_TIMEOUT: "off", CORRAL_RULES: rules, CORRAL_SESSION_TIMEOUT: "120s" };
  const corral = new Installation({ kafka, redis, settings });
  const events = trouble();

  beforeAll(() => corral.createTopics());
  afterAll(() => corral.close());

  /** Event time of the oldest that the held one has yet to judge, and of the newest that another has judged. */
  async function heldAndOthers(held: readonly number[]): Promise<readonly [number, number]> {
    const [records, committed] = await Promise.all([
      corral.read("events.enriched"),
      corral.committed("corral-correlate", "events.enriched"),
    ]);
    const times = (own: (partition: number, isJudged: boolean) => boolean): readonly number[] =>
      records
        .filter(({ value }) => value !== null)
        .filter(({ partition, offset }) => own(partition, offset < (committed.get(partition) ?? 0)))
        .map(({ value }) => (JSON.parse(value!.toString()) as SecurityEvent).timestamp);
    return [
      Math.min(...times((partition, isJudged) => held.includes(partition) && !isJudged)),
      Math.max(...times((partition, isJudged) => !held.includes(partition) && isJudged)),
    ];
  }

  test("over three correlators, one held back by more than ten minutes, is what the embedded run says", {
    timeout: 300_000,
  }, async () => {
    const engine = new EmbeddedEngine(loadRuleSet({ rules: [rules], calendar: {}, lists: {} }), {
      allowedLateness: 60_000,
      updateInterval: 60_000,
      maxEvidence: 50,
      maxEvents: 1_000,
    });
    const final = new FinalAlerts();
    for (const event of events) final.add(engine.feed(event));
    final.add(engine.finish());
    const expected = final.list().map(({ rule, group, openedAt }) => {
      const [[key, value]] = Object.entries(group) as [[string, string]];
      return `${rule.id} ${key}=${value} ${openedAt}`;
    });
    expect(expected.filter((line) => line.startsWith("spreading")).length).toBeGreaterThan(10);
    expect(expected.filter((line) => line.startsWith("no_drill")).length).toBeGreaterThan(10);

    const enricher = corral.start("enrich");
    const [held, ...others] = [
      corral.start("correlate"),
      corral.start("correlate"),
      corral.start("correlate"),
    ];
    await Promise.all([enricher, held!, ...others].map((each) => each.ready()));
    const half = Math.ceil(events.length / 2);
    const records = disordered(events, 20_000, 51).map((event) => ({ value: nativeJson(event) }));
    await corral.produce(records.slice(0, half));
    await corral.drained();
    const own = ownedBy(held!);
    expect(own.length).toBeGreaterThan(0);
    // Two hours of event time pass the other two by while this one stands still.
    held!.signal("SIGSTOP");
    await corral.produce(records.slice(half));
    await corral.until(
      () => heldAndOthers(own),
      ([oldest, newest]) => newest - oldest > 60 * 60_000,
      "the others to be an hour of event time ahead",
    );
    held!.signal("SIGCONT");
    // Long after the last: everything is decided.
    const end = { id: "end", type: "end", timestamp: start + span + 86_400_000 };
    await corral.produce(
      Array.from({ length: 6 }, (_, partition) => ({ value: JSON.stringify(end), partition })),
    );
    await corral.drained();
    const alerts = await corral.until(
      () => corral.alerts(),
      (all) => finalAlerts(all).length >= expected.length,
      `${expected.length} alerts`,
      30_000,
    );
    expect(
      finalAlerts(alerts)
        .map(alertKey)
        .sort((a, b) => (a < b ? -1 : 1)),
    ).toEqual([...expected].sort((a, b) => (a < b ? -1 : 1)));
    expect(differingDuplicates(alerts)).toEqual([]);
  });
});

/** Partitions that the process said last it had. */
function ownedBy({ lines }: CorralProcess): readonly number[] {
  const assigned = lines.filter((line) => line.includes('"msg":"partitions assigned"')).at(-1);
  return (JSON.parse(assigned ?? "{}") as { owned?: readonly number[] }).owned ?? [];
}
