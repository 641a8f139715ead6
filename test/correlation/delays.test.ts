/** Rules over alerts that last: what a reader waits for, and that it keeps what it may still need. */
import { expect, test } from "vitest";
import { FinalAlerts } from "../../src/app/final-alerts.ts";
import { delaysOf } from "../../src/correlation/delays.ts";
import { atLeast, eventAt, rulesOf, settings, start, Told } from "./support.ts";

const after = (id: string, type: string, rest: object = {}) => ({
  id,
  window: "60s",
  conditions: [{ type: "event_sequence", sequence: [{ where: { type } }, "c"] }],
  ...rest,
});

test("a reader waits for its producer's window on top of the lateness, and so on up the chain", () => {
  const rules = rulesOf(
    { id: "low", ...atLeast(3, "5m") },
    after("middle", "alert.low"),
    after("high", "alert.middle"),
  );
  const byId = new Map([...delaysOf(rules, settings)].map(([rule, ms]) => [rule.id, ms / 1000]));
  expect(byId).toEqual(
    new Map([
      ["middle", 60 + 300],
      ["high", 60 + 300 + 60],
    ]),
  );
});

test("a reader of another group also waits for the next record of the alert", () => {
  const rules = rulesOf(
    { id: "low", ...atLeast(3, "5m") },
    after("wide", "alert.low", { group_by: "namespace" }),
  );
  expect([...delaysOf(rules, settings).values()]).toEqual([(60 + 300 + 60) * 1000]);
});

test("rules that read no alerts wait for their lateness, whatever reads them", () => {
  expect(delaysOf(rulesOf(atLeast(1, "1m")), settings).size).toBe(0);
});

/**
 * Alert from 28 to 92 and on to 146; `c` at 30 and 35. That the alert lasted at 93, 94 and 95 is known at 146 only, when
 * an event of 35 would long have been forgotten by the lateness alone.
 */
test.each([0, 30, 120])(
  "an alert over events that are long past meets them still (lateness %is)",
  (lateness) => {
    const told = new Told(rulesOf({ id: "low", ...atLeast(3, "60s") }, after("reader", "alert.low")), {
      allowedLateness: lateness * 1000,
    });
    const times = { a: [12, 22, 28, 81, 87, 92, 146], c: [30, 35] };
    const events = Object.entries(times)
      .flatMap(([type, seconds]) => seconds.map((second) => ({ type, second })))
      .sort((x, y) => x.second - y.second);
    for (const { type, second } of events) told.feed(eventAt(second, {}, { id: `${type}${second}`, type }));
    told.finish();
    const final = new FinalAlerts();
    final.add(told.verdicts);
    const spans = final
      .list()
      .filter(({ rule }) => rule.id === "reader")
      .map(({ openedAt, lastSeen }) => [openedAt, lastSeen].map((t) => (t - start) / 1000));
    expect(spans).toEqual([[30, 95]]);
  },
);

test("an alert that is joined before it has spoken is nobody's event", () => {
  const told = new Told(rulesOf({ id: "low", ...atLeast(3, "60s") }, after("reader", "alert.low")));
  const event = (second: number, type: string) => eventAt(second, {}, { id: `${type}${second}`, type });
  // 85, 87 and 123 open it; 27 comes late and would open another, which 87 joins to the first at once.
  told.feed(event(8, "a"), event(10, "a"), event(85, "a"), event(123, "a"), event(87, "a"));
  told.feed(eventAt(63, {}, { id: "a27", type: "a", timestamp: start + 27_000 }), event(72, "c"));
  told.finish();
  const reader = told.verdicts.filter(({ rule }) => rule.id === "reader");
  expect(reader.length).toBeGreaterThan(0);
  for (const { count, evidence } of reader) {
    expect(count).toBe(2);
    expect(new Set(evidence.map(({ id }) => id)).size).toBe(evidence.length);
  }
});
