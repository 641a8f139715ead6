import { describe, expect, test } from "vitest";
import type { Alert } from "../../src/alerts/alert.ts";
import { alertOf } from "../../src/alerts/alert-of.ts";
import { engineAlert } from "../../src/alerts/engine-alert.ts";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { atLeast, eventAt, rulesOf, start, Told } from "../correlation/support.ts";

const rule = {
  id: "intrusion",
  name: "Intrusion",
  tags: ["attack.t1110"],
  window: "5m",
  severity: "high",
  conditions: [
    { type: "event_count", where: { type: "login_failed" }, operator: ">", threshold: 1 },
    { type: "unique_count", field: "user", threshold: 2 },
    { type: "pattern_match", field: "cmd", pattern: "nc|ncat" },
  ],
  match: "login_failed and (user or cmd)",
};

function alertsFor(
  document: Readonly<Record<string, unknown>>,
  events: readonly SecurityEvent[],
): readonly Alert[] {
  const told = new Told(rulesOf(document));
  told.feed(...events);
  told.finish();
  return told.verdicts.map((verdict) => alertOf(verdict, "events.raw"));
}

describe("An alert record", () => {
  const conditions = rule.conditions.map((each, index) => ({
    ...each,
    name: ["login_failed", "user", "cmd"][index],
  }));
  const origin = { topic: "events.raw", partition: 2, offset: 17, index: 1, broker_time: start };
  const [opened, closed] = alertsFor({ ...rule, conditions }, [
    eventAt(0, { user: "ann" }, { type: "login_failed", id: "e0", origin }),
    eventAt(
      30,
      { user: "bob", dst_ip: "203.0.113.7" },
      {
        type: "login_failed",
        id: "e1",
        enrichment: { namespace: "shop", image: "web:1" },
      },
    ),
  ]);

  test("says what opened, where and when", () => {
    expect(opened).toMatchObject({
      revision: 1,
      status: "open",
      merged_into: null,
      rule: { id: "intrusion", name: "Intrusion", tags: ["attack.t1110"] },
      severity: "high",
      group: { container: "c1" },
      opened_at: start + 30_000,
      last_seen: start + 30_000,
      closed_at: null,
      event_count: 2,
      evidence_total: 2,
      late: false,
      gap: false,
      rebuilt: false,
      actions: [],
    });
  });

  test("gives the value of every condition, also of those that were not needed", () => {
    expect(opened?.conditions).toEqual([
      { name: "login_failed", value: "2", operator: ">", threshold: 1, met: true },
      { name: "user", value: "2", operator: ">=", threshold: 2, met: true },
      { name: "cmd", value: "none", operator: null, threshold: null, met: false },
    ]);
  });

  test("gives a reason in words, of what holds", () => {
    expect(opened?.reason).toBe("2 × login_failed (> 1), 2 distinct user (≥ 2) within 5m in container c1");
  });

  test("points at the raw records of its evidence", () => {
    expect(opened?.evidence).toEqual([
      {
        id: "e0",
        timestamp: start,
        type: "login_failed",
        container_id: "c1",
        origin: { topic: "events.raw", partition: 2, offset: 17, index: 1 },
      },
      { id: "e1", timestamp: start + 30_000, type: "login_failed", container_id: "c1", origin: null },
    ]);
  });

  test("names what the event that opened it was about", () => {
    expect(opened?.entities).toEqual({
      container_id: "c1",
      namespace: "shop",
      image: "web:1",
      user: "bob",
      dst_ip: "203.0.113.7",
    });
  });

  test("closes a window after it was last seen, under the same id and fingerprint", () => {
    expect(closed).toMatchObject({
      id: opened?.id,
      fingerprint: opened?.fingerprint,
      revision: 2,
      status: "closed",
      closed_at: start + 330_000,
    });
  });

  test("is the same, byte for byte, from the same verdict", () => {
    const told = new Told(rulesOf(atLeast(1, "5m")));
    told.at(0);
    const [verdict] = told.verdicts;
    expect(JSON.stringify(alertOf(verdict!, "t"))).toBe(JSON.stringify(alertOf(verdict!, "t")));
  });
});

test("Every episode has an id of its own, and one fingerprint with the others of its rule and group", () => {
  const alerts = alertsFor(atLeast(1, "10s"), [
    eventAt(0),
    eventAt(100),
    eventAt(200, {}, { container_id: "c2" }),
  ]).filter(({ status }) => status === "open");
  expect(new Set(alerts.map(({ id }) => id)).size).toBe(3);
  expect(alerts[0]?.fingerprint).toBe(alerts[1]?.fingerprint);
  expect(alerts[2]?.fingerprint).not.toBe(alerts[0]?.fingerprint);
});

test("A reason names no window and no group where there is none", () => {
  const [alert] = alertsFor(atLeast(1, "0s", { group_by: [] }), [eventAt(0)]);
  expect(alert?.reason).toBe("1 × a (≥ 1)");
  expect(alert?.group).toEqual({});
});

test("A finding of the engine is one closed record, the same whoever tells it", () => {
  const finding = {
    rule: "corral_log_gap",
    name: "Events Lost From The Log",
    severity: "high" as const,
    group: { topic: "events.enriched", partition: "3" },
    identity: "5-9",
    at: start,
    reason: "gone",
  };
  expect(engineAlert(finding)).toEqual(engineAlert({ ...finding }));
  expect(engineAlert(finding)).toMatchObject({ status: "closed", revision: 1, gap: true, closed_at: start });
  expect(engineAlert({ ...finding, identity: "5-10" }).id).not.toBe(engineAlert(finding).id);
});

test("A reason carries no control or directional characters of events", () => {
  const hostile = "c\u001b[2J\u202e\n";
  const [alert] = alertsFor(atLeast(1, "10s"), [eventAt(0, {}, { container_id: hostile })]);
  expect(alert?.group).toEqual({ container: hostile });
  expect(alert?.reason).toBe("1 × a (≥ 1) within 10s in container c\\u001b[2J\\u202e\\u000a");
});
