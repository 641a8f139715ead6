/** What random cases have found, by name. */
import { describe, expect, test } from "vitest";
import { atLeast, eventAt, rulesOf, start, Told } from "./support.ts";

describe("The age of a group", () => {
  const newValue = {
    window: "0s",
    conditions: [{ type: "new_value", field: "u", lookback: "10s", warmup: "5m" }],
  };

  test("outlives a silence longer than the lookback: a group that shows little gets old all the same", () => {
    const told = new Told(rulesOf(newValue), { allowedLateness: 0 });
    told.feed(eventAt(0, { u: "x" }), eventAt(200, { u: "x" }), eventAt(400, { u: "x" }));
    expect(told.finish()).toEqual(["A1 open [400, 400] 1 events", "A2 closed [400, 400] 1 events"]);
  });

  test("outlives a silence before a burst: the rate has changed", () => {
    const rate = {
      window: "10s",
      conditions: [{ type: "rate_change", where: { type: "a" }, factor: 2, min_count: 3 }],
    };
    const told = new Told(rulesOf(rate), { allowedLateness: 0 });
    told.at(0, 600, 601, 602);
    expect(told.finish()).toEqual(["A1 open [602, 602] 3 events", "A2 closed [602, 602] 3 events"]);
  });
});

describe("Deadlines", () => {
  const started = (sequence: readonly unknown[]) => ({
    window: "10s",
    conditions: [{ type: "event_sequence", sequence }],
  });
  const lone = { allowedLateness: 0 };
  const b = (second: number) => eventAt(second, {}, { type: "b" });

  test("what a trailing not step breaks is spent up to there, and a later start waits anew", () => {
    const told = new Told(rulesOf(started(["a", { not: { where: { type: "b" } } }])), lone);
    told.feed(eventAt(0), b(5), eventAt(9));
    expect(told.finish()).toEqual(["A1 open [19, 19] 1 events", "A2 closed [19, 19] 1 events"]);
  });

  test("a first not step stands against the opening where there is a trailing one too", () => {
    const sequence = [{ not: { where: { type: "b" } } }, "a", "a", { not: { where: { type: "c" } } }];
    const told = new Told(rulesOf(started(sequence)), lone);
    told.feed(b(0), eventAt(5), eventAt(12), eventAt(14));
    expect(told.finish()).toEqual(["A1 open [22, 22] 2 events", "A2 closed [22, 22] 2 events"]);
  });

  test("what stood against an opening holds when it is forgotten itself", () => {
    const conditions = [
      { name: "c", type: "event_count", where: { type: "c" } },
      { name: "s", type: "event_sequence", sequence: [{ not: { where: { type: "b" } } }, "a"] },
    ];
    const told = new Told(rulesOf({ window: "10s", conditions, match: "s and not c" }), lone);
    told.feed(b(0), eventAt(5), b(21));
    expect(told.finish()).toEqual([]);
  });

  test("two bounds that break at one instant are told apart from their order", () => {
    const exactly = { name: "two", type: "event_count", where: { type: "a" }, operator: "==", threshold: 2 };
    const other = { name: "other", type: "event_count", where: { type: "b" } };
    for (const match of ["two and not other", "not other and two"]) {
      const told = new Told(rulesOf({ window: "10s", conditions: [exactly, other], match }), lone);
      told.feed(eventAt(0), eventAt(1), b(3), eventAt(3, {}, { id: "third" }), eventAt(8), eventAt(9));
      expect(told.finish(), match).toEqual([]);
    }
  });

  test("a sum that has no value yet may still be small enough", () => {
    const conditions = [
      { name: "a", type: "event_count", where: { type: "a" } },
      {
        name: "sum",
        type: "threshold",
        where: { type: "b" },
        field: "n",
        aggregate: "sum",
        operator: "<",
        threshold: 5,
      },
    ];
    const told = new Told(rulesOf({ window: "10s", conditions, match: "a and sum" }), lone);
    const value = (second: number) => eventAt(second, { n: 3 }, { type: "b" });
    told.feed(eventAt(0), value(3), eventAt(4), value(6));
    expect(told.finish()).toEqual([]);
  });
});

test("a sequence that only joins its steps speaks when the last one comes", () => {
  const sequence = [
    { where: { type: "a" }, by: ["u"] },
    { where: { type: "b" }, by: ["v"] },
  ];
  const told = new Told(rulesOf({ window: "10s", conditions: [{ type: "event_sequence", sequence }] }));
  told.feed(eventAt(0, { u: "x" }));
  expect(told.feed(eventAt(5, { v: "x" }, { type: "b" }))).toEqual(["A1 open [5, 5] 2 events"]);
});

test("an alert that lasts satisfies until the other one leaves the window: what comes a window later goes on", () => {
  const inner = { id: "inner", window: "30s", conditions: [{ type: "event_count", where: { type: "a" } }] };
  const conditions = [{ type: "event_count", where: { type: "alert.inner" }, threshold: 2 }];
  const told = new Told(rulesOf(inner, { id: "outer", window: "60s", conditions }));
  told.at(0, 40, 70, 110);
  told.finish();
  const outer = told.verdicts.filter(({ rule }) => rule.id === "outer");
  expect(new Set(outer.map(({ id }) => id)).size).toBe(1);
});

test("two alerts that one lasting alert opens have ids of their own", () => {
  const inner = { id: "inner", window: "30s", conditions: [{ type: "event_count", where: { type: "a" } }] };
  const conditions = [{ type: "event_sequence", sequence: ["b", "alert.inner"] }];
  const told = new Told(rulesOf(inner, { id: "outer", window: "10s", conditions }));
  const b = (second: number) => eventAt(second, {}, { type: "b" });
  told.feed(b(120), eventAt(130), b(150), eventAt(160));
  told.finish();
  const opened = told.verdicts.filter(({ rule, status }) => rule.id === "outer" && status === "open");
  expect(new Set(opened.map(({ id }) => id)).size).toBe(2);
});

test("a deadline over alerts that last is the same however far event time jumps at once", () => {
  const rules = rulesOf(atLeast(1, "300s", { id: "inner" }), {
    id: "outer",
    window: "600s",
    conditions: {
      alert: { type: "event_count", where: { type: "alert.inner" }, threshold: 1 },
      drill: { type: "event_count", where: { type: "drill" } },
    },
    match: "alert and not drill",
  });
  for (const allowedLateness of [0, 60_000, 3_600_000]) {
    const told = new Told(rules, { allowedLateness });
    // The first alert waits until 600 and is denied at 560; the second still lasts then, and ends at 700.
    told.feed(...[0, 500].map((second) => eventAt(second)));
    told.feed(eventAt(560, {}, { type: "drill" }), eventAt(700));
    told.finish();
    const outer = told.verdicts.filter(({ rule, status }) => rule.id === "outer" && status === "open");
    expect(outer.map(({ openedAt }) => (openedAt - start) / 1000)).toEqual([1300]);
  }
});
