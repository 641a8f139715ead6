/** What random cases have found, by name. */
import { describe, expect, test } from "vitest";
import { eventAt, rulesOf, Told } from "./support.ts";

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

test("a sequence that only joins its steps speaks when the last one comes", () => {
  const sequence = [
    { where: { type: "a" }, by: ["u"] },
    { where: { type: "b" }, by: ["v"] },
  ];
  const told = new Told(rulesOf({ window: "10s", conditions: [{ type: "event_sequence", sequence }] }));
  told.feed(eventAt(0, { u: "x" }));
  expect(told.feed(eventAt(5, { v: "x" }, { type: "b" }))).toEqual(["A1 open [5, 5] 2 events"]);
});
