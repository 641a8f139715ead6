import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Alert } from "../../src/alerts/alert.ts";
import { conditionTypes } from "../../src/correlation/condition-types.ts";
import { parseDuration, parseOffset } from "../../src/events/duration.ts";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { checkRules, readRuleFile } from "../../src/rules/load-rules.ts";
import { arrivals, type RuleTest } from "../../src/rules/rule-test.ts";
import { describeWithServices } from "../services/services.ts";
import { finalAlerts, Installation } from "./support/installation.ts";

const root = join(import.meta.dirname, "../../../shared/conformance");
const present = existsSync(root);
if (!present) process.stderr.write(`\nSKIPPED: the conformance vectors are not at ${root}\n`);

interface Vector {
  readonly file: string;
  readonly test: RuleTest;
  readonly events: readonly SecurityEvent[];
}

/**
 * Tests that a topic can carry: events only, with the default lateness, all of them judged to the end. Tests of one file
 * share a group, so each is moved to a stretch of event time of its own, a multiple of a week after the others.
 */
function vectorsOf(file: string): readonly Vector[] {
  const { rules, faults } = checkRules([readRuleFile(join(root, file))], { conditionTypes });
  if (faults.length > 0 || rules.some(({ wantsHistory, judged }) => wantsHistory || judged === "each"))
    return [];
  return (
    rules
      .flatMap(({ tests }) => tests)
      // Moved by weeks, a test that begins on another day would meet its neighbour, and holidays would not move along.
      .filter((each) => each.start === "2026-01-05T10:00:00Z")
      .filter((each) => !each.open_end && each.calendar === undefined && each.lists === undefined)
      .filter(
        (each) => each.allowed_lateness === undefined || parseDuration(each.allowed_lateness) === 60_000,
      )
      .filter((each) => arrivals(each).every((arrival) => "event" in arrival))
      .map((each) => ({
        file,
        test: each,
        events: arrivals(each).flatMap((arrival) => ("event" in arrival ? [arrival.event] : [])),
      }))
  );
}

const week = 7 * 86_400_000;
const sample = (present ? readdirSync(root) : [])
  .filter((file) => file.endsWith(".yml") && !/^(alert-chain|late-events)/.test(file))
  .map((file) => ({ file, vectors: vectorsOf(file) }))
  .filter(({ vectors }) => vectors.length > 0);

describeWithServices("kafka", "redis")("Conformance vectors through Kafka and Redis", ({ kafka, redis }) => {
  const installations: Installation[] = [];
  beforeAll(() => {
    expect(sample.flatMap(({ vectors }) => vectors).length).toBeGreaterThan(present ? 60 : -1);
  });
  afterAll(() => Promise.all(installations.map((each) => each.close())));

  test.each(sample.map(({ file, vectors }) => [file, vectors] as const))("%s", async (file, vectors) => {
    const settings = { CORRAL_IDLE_TIMEOUT: "off", CORRAL_RULES: join(root, file) };
    const corral = new Installation({ kafka, redis, partitions: 1, settings });
    installations.push(corral);
    await corral.createTopics();
    const both = corral.start("enrich,correlate");
    await both.ready();
    const moved = vectors.map((vector, index) => ({ ...vector, by: (index + 1) * week }));
    const records = moved.flatMap(({ events, by }) =>
      events.map((event) => ({ ...event, id: `${by}/${event.id}`, timestamp: event.timestamp + by })),
    );
    // Long after the last: everything is decided and closed.
    const end = {
      id: "end",
      type: "end",
      timestamp: Math.max(...records.map(({ timestamp }) => timestamp)) + week,
    };
    await corral.produce([...records, end].map((event) => ({ value: JSON.stringify(event), partition: 0 })));
    await corral.drained();
    const alerts = finalAlerts(await corral.alerts());
    for (const { test: each, by } of moved) compare(each, by, alerts);
    expect(await both.terminate()).toBe(0);
  });
});

/** The alerts of a test's stretch of time against what it expects, by the keys that a record carries. */
function compare(each: RuleTest, by: number, alerts: readonly Alert[]): void {
  const start = Date.parse(each.start) + by;
  const own = alerts.filter(({ opened_at }) => Math.abs(opened_at - start) < week / 2);
  const shown = own.map((alert) => ({
    at: alert.opened_at - start,
    last_seen: alert.last_seen - start,
    group: alert.group,
    severity: alert.severity,
    event_count: alert.event_count,
    closed: alert.status === "closed",
  }));
  const expected = each.expect.map(({ at, last_seen, group, severity, event_count, closed }) => {
    const wanted = {
      at: at === undefined ? undefined : parseOffset(at),
      last_seen: last_seen === undefined ? undefined : parseOffset(last_seen),
      group,
      severity,
      event_count,
      closed,
    };
    return expect.objectContaining(
      Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined)),
    );
  });
  expect(shown, each.name).toHaveLength(expected.length);
  expect(shown, each.name).toEqual(expect.arrayContaining(expected));
}
