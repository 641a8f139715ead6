/** What is missing is noticed once, whoever was killed while it was waited for. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EmbeddedEngine } from "../../src/app/embedded-engine.ts";
import { FinalAlerts } from "../../src/app/final-alerts.ts";
import { loadRuleSet } from "../../src/app/load-rule-set.ts";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { describeWithServices } from "../services/services.ts";
import { alertKey, differingDuplicates, finalAlerts, Installation } from "./support/installation.ts";
import { nativeJson } from "./support/load.ts";

const text = `
id: opened_without_login
window: 10m
match: opened and not login
conditions:
  opened: { type: event_count, where: { type: opened } }
  login: { type: event_count, where: { type: login } }
actions: [{ type: alert }, { type: isolate_container }]
---
id: fewer_than_three
window: 15m
conditions: [{ type: event_count, where: { type: opened }, operator: "<", threshold: 3 }]
`;
const containers = 600;
const start = Date.parse("2026-01-05T10:00:00Z");
const minute = 60_000;

/** Each container opens something within five minutes; every other one is logged in to a little later. */
function openings(): readonly SecurityEvent[] {
  const event = (type: string, container: number, timestamp: number): SecurityEvent => ({
    id: `${type}-${container}`,
    timestamp,
    type,
    container_id: `c${container}`,
    severity: "low",
    source: "load",
    details: {},
    enrichment: {},
  });
  return Array.from({ length: containers }, (_, container) => {
    const at = start + Math.floor((container * 5 * minute) / containers);
    const opened = event("opened", container, at);
    return container % 2 === 0 ? [opened] : [opened, event("login", container, at + 2 * minute)];
  })
    .flat()
    .sort((a, b) => a.timestamp - b.timestamp);
}

describeWithServices("kafka", "redis")("Deadlines", ({ kafka, redis }) => {
  const folder = mkdtempSync(join(tmpdir(), "deadlines-"));
  const rules = join(folder, "rules.yml");
  writeFileSync(rules, text);
  const corral = new Installation({
    kafka,
    redis,
    settings: { CORRAL_IDLE_TIMEOUT: "off", CORRAL_RULES: rules, CORRAL_SESSION_TIMEOUT: "3s" },
  });
  /** Event time comes to this minute in every raw partition. */
  const pass = (at: number): Promise<void> =>
    corral.produce(
      Array.from({ length: 6 }, (_, partition) => ({
        value: JSON.stringify({ id: `pass-${at}`, type: "pass", timestamp: start + at * minute }),
        partition,
      })),
    );

  beforeAll(() => corral.createTopics());
  afterAll(async () => {
    await corral.close();
    rmSync(folder, { recursive: true });
  });

  test("outlive the owners that are killed before and while they pass, and fire once", {
    timeout: 300_000,
  }, async () => {
    const events = openings();
    const engine = new EmbeddedEngine(loadRuleSet({ rules: [rules], calendar: {}, lists: {} }), {
      allowedLateness: 60_000,
      updateInterval: 60_000,
      maxEvidence: 50,
      maxEvents: 1_000,
    });
    const final = new FinalAlerts();
    for (const event of events) final.add(engine.feed(event));
    final.add(engine.finish());
    const expected = final
      .list()
      .map(({ rule, group, openedAt }) => `${rule.id} container=${group.container} ${openedAt}`)
      .sort();
    expect(expected).toHaveLength(containers / 2 + containers);

    await corral.run("enrich");
    const first = await corral.run("correlate");
    await corral.produce(events.map((event) => ({ value: nativeJson(event) })));
    await corral.drained();
    expect(await corral.alerts()).toEqual([]);
    await first.kill();

    const second = corral.start("correlate");
    await pass(13);
    await corral.until(
      () => corral.alerts(),
      (alerts) => alerts.length > 0,
      "the first deadlines",
    );
    await second.kill();

    await corral.run("correlate");
    await pass(60);
    await corral.drained();
    const alerts = await corral.until(
      () => corral.alerts(),
      (all) => finalAlerts(all).filter(({ status }) => status === "closed").length >= expected.length,
      `${expected.length} closed alerts`,
    );
    expect(finalAlerts(alerts).map(alertKey).sort()).toEqual(expected);
    expect(differingDuplicates(alerts)).toEqual([]);
    const isolated = new Set((await corral.actions()).map(({ id }) => id));
    expect(isolated.size).toBe(containers / 2);
  });
});
