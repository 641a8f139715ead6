import { describe, expect, test } from "vitest";
import { atLeast, eventAt, rulesOf, start, Told } from "./support.ts";

describe("Episodes", () => {
  test("satisfied times a window apart are one alert", () => {
    const told = new Told(rulesOf(atLeast(1, "10s")));
    expect(told.at(0, 10)).toEqual(["A1 open [0, 0] 1 events"]);
    expect(told.finish()).toEqual(["A2 closed [0, 10] 2 events"]);
  });

  test("a millisecond more, and they are two", () => {
    const told = new Told(rulesOf(atLeast(1, "10s")));
    expect(told.at(0, 10.001)).toEqual(["A1 open [0, 0] 1 events", "B1 open [10.001, 10.001] 1 events"]);
    expect(told.finish()).toEqual(["A2 closed [0, 0] 1 events", "B2 closed [10.001, 10.001] 1 events"]);
  });

  test("an alert closes when the watermark has passed its last time by more than the window", () => {
    const told = new Told(rulesOf(atLeast(1, "10s")), { allowedLateness: 5_000 });
    told.at(0);
    expect(told.until(15)).toEqual([]);
    expect(told.until(15.001)).toEqual(["A2 closed [0, 0] 1 events"]);
    expect(told.verdicts.at(-1)?.closedAt).toBe(start + 10_000);
  });

  test("with window 0 each millisecond is an alert, however many events it has", () => {
    const told = new Told(rulesOf(atLeast(1, "0s")));
    told.feed(eventAt(1, {}, { id: "x" }), eventAt(1, {}, { id: "y" }));
    told.at(1.001);
    expect(told.finish()).toEqual(["A2 closed [1, 1] 2 events", "B2 closed [1.001, 1.001] 1 events"]);
  });

  test("a long alert counts every event though the window has let go of the first ones", () => {
    const told = new Told(rulesOf(atLeast(2, "10s")), { allowedLateness: 0 });
    told.at(...Array.from({ length: 200 }, (_, index) => index * 5));
    expect(told.finish()).toEqual(["A18 closed [5, 995] 200 events"]);
  });

  test("events of one instant are all in the window that it opens", () => {
    const told = new Told(rulesOf(atLeast(2, "10s")));
    told.feed(...["x", "y", "z"].map((id) => eventAt(0, {}, { id })));
    expect(told.finish()).toEqual(["A2 closed [0, 0] 3 events"]);
  });

  test("a group's alerts are its own", () => {
    const told = new Told(rulesOf(atLeast(2, "10s")));
    expect(told.feed(eventAt(0), eventAt(1, {}, { container_id: "c2" }))).toEqual([]);
    expect(told.feed(eventAt(2, {}, { container_id: "c2" }))).toEqual(["A1 open [2, 2] 2 events"]);
    expect(told.verdicts[0]?.group).toEqual({ container: "c2" });
  });
});

describe("Records", () => {
  test("updates keep the interval apart, however many events come", () => {
    const told = new Told(rulesOf(atLeast(1, "10s")), { updateInterval: 30_000 });
    const lines = told.at(...Array.from({ length: 13 }, (_, index) => index * 5));
    expect(lines).toEqual([
      "A1 open [0, 0] 1 events",
      "A2 update [0, 30] 7 events",
      "A3 update [0, 60] 13 events",
    ]);
  });

  test("closing says what the last update left out", () => {
    const told = new Told(rulesOf(atLeast(1, "10s")));
    told.at(0, 5, 9);
    expect(told.finish()).toEqual(["A2 closed [0, 9] 3 events"]);
  });

  test("an opening that moves is said at once, under the same id", () => {
    const told = new Told(rulesOf(atLeast(1, "10s")));
    told.at(20);
    expect(told.at(15)).toEqual(["A2 update [15, 20] 2 events"]);
  });

  test("a new stretch of times that reaches an alert moves its opening and opens nothing", () => {
    const told = new Told(rulesOf(atLeast(2, "50s")), { allowedLateness: 300_000 });
    expect(told.at(0, 50, 60)).toEqual(["A1 open [50, 50] 2 events"]);
    expect(told.at(-0.001)).toEqual(["A2 update [0, 60] 4 events"]);
    expect(told.finish()).toEqual(["A3 closed [0, 60] 4 events"]);
  });

  test("two alerts that become one: the earlier goes on, the later closes with its name", () => {
    const told = new Told(rulesOf(atLeast(2, "10s")));
    expect(told.at(0, 1, 17, 18)).toEqual(["A1 open [1, 1] 2 events", "B1 open [18, 18] 2 events"]);
    expect(told.at(9)).toEqual(["B2 closed [18, 18] 3 events into A", "A2 update [1, 18] 5 events"]);
    expect(told.finish()).toEqual(["A3 closed [1, 18] 5 events"]);
  });

  test("an alert that was joined shows the evidence of both", () => {
    const told = new Told(rulesOf(atLeast(2, "10s")));
    told.at(0, 1, 17, 18, 9);
    expect(told.verdicts.at(-1)?.evidence.map(({ id }) => id)).toEqual([
      "at 0",
      "at 1",
      "at 9",
      "at 17",
      "at 18",
    ]);
  });

  test("evidence left out by the cap comes back when an earlier opening needs it", () => {
    const told = new Told(rulesOf(atLeast(3, "10s")), { maxEvidence: 3 });
    told.at(2, 3, 4, 5);
    told.at(1);
    expect(told.verdicts.at(-1)?.openedAt).toBe(start + 3_000);
    expect(told.verdicts.at(-1)?.evidence.map(({ id }) => id)).toEqual(["at 1", "at 2", "at 3"]);
    expect(told.verdicts.at(-1)?.count).toBe(5);
  });

  test("evidence of one instant is the same in whatever order it came", () => {
    const evidence = (...ids: readonly string[]) => {
      const told = new Told(rulesOf(atLeast(1, "10s")), { maxEvidence: 2 });
      told.feed(eventAt(0, {}, { id: "first" }), ...ids.map((id) => eventAt(5, {}, { id })));
      told.finish();
      return told.verdicts.at(-1)?.evidence.map(({ id }) => id);
    };
    expect(evidence("x", "y")).toEqual(["first", "x"]);
    expect(evidence("y", "x")).toEqual(["first", "x"]);
  });
});

describe("Late events", () => {
  const quick = { allowedLateness: 0 };

  test("one behind the watermark still opens an alert, marked late", () => {
    const told = new Told(rulesOf(atLeast(2, "10s")), quick);
    told.at(0, 20);
    expect(told.at(12)).toEqual(["A1 open [20, 20] 2 events late"]);
    expect(told.engine.counts).toMatchObject({ judged: 3, late: 1, tooLate: 0 });
  });

  test("one older than the window behind the watermark is counted and not judged", () => {
    const told = new Told(rulesOf(atLeast(1, "10s")), quick);
    told.at(20);
    expect(told.at(9.999)).toEqual([]);
    expect(told.engine.counts).toMatchObject({ judged: 1, late: 0, tooLate: 1 });
    expect(told.at(10)).toEqual(["A2 update [10, 20] 2 events late"]);
  });

  test("a closed alert is not opened again", () => {
    const told = new Told(rulesOf(atLeast(1, "10s")), quick);
    told.at(0);
    expect(told.until(12)).toEqual(["A2 closed [0, 0] 1 events"]);
    expect(told.at(5, 10)).toEqual([]);
    expect(told.at(10.001)).toEqual(["B1 open [10.001, 10.001] 3 events late"]);
  });

  test("nor is one of a rule that is decided behind the watermark", () => {
    const average = { type: "threshold", field: "n", aggregate: "avg", operator: ">", threshold: 5 };
    const told = new Told(rulesOf({ window: "10s", conditions: [average] }), quick);
    told.feed(eventAt(0, { n: 9 }));
    expect(told.until(12)).toEqual(["A1 open [0, 0] 1 events", "A2 closed [0, 0] 1 events"]);
    told.feed(eventAt(5, { n: 9 }));
    expect(told.until(30)).toEqual([]);
  });

  test("an event that comes again changes nothing, late or not", () => {
    const told = new Told(rulesOf(atLeast(2, "10s")), quick);
    expect(told.at(0, 0, 8, 0, 8)).toEqual(["A1 open [8, 8] 2 events"]);
    expect(told.engine.counts.duplicates).toBe(3);
    expect(told.finish()).toEqual(["A2 closed [8, 8] 2 events"]);
  });
});

describe("Rules that are decided behind the watermark", () => {
  const average = { type: "threshold", field: "n", aggregate: "avg", operator: ">", threshold: 5 };
  const rules = rulesOf({ window: "10s", conditions: [average] });

  test("they speak once the watermark has passed, and open where they held", () => {
    const told = new Told(rules, { allowedLateness: 5_000 });
    told.feed(eventAt(0, { n: 9 }));
    expect(told.until(5)).toEqual([]);
    expect(told.until(5.001)).toEqual(["A1 open [0, 0] 1 events"]);
  });

  test("an event out of order undoes what only seemed to hold", () => {
    const told = new Told(rules, { allowedLateness: 5_000 });
    told.feed(eventAt(3, { n: 9 }), eventAt(1, { n: 0 }));
    expect(told.finish()).toEqual([]);
  });

  test("what was decided stays though a late event would undo it", () => {
    const told = new Told(rules, { allowedLateness: 0 });
    told.feed(eventAt(3, { n: 9 }));
    expect(told.until(4)).toEqual(["A1 open [3, 3] 1 events"]);
    expect(told.feed(eventAt(1, { n: 0 }))).toEqual([]);
    expect(told.finish()).toEqual(["A2 closed [3, 3] 2 events late"]);
  });

  test("a late event decides its own time at once, marked late", () => {
    const told = new Told(rules, { allowedLateness: 0 });
    told.until(8);
    expect(told.feed(eventAt(3, { n: 9 }))).toEqual(["A1 open [3, 3] 1 events late"]);
  });
});

test("a rule waits no longer than its own allowed lateness, and never longer than the partition", () => {
  const rules = rulesOf(
    atLeast(1, "10s", { allowed_lateness: "5s" }),
    atLeast(1, "10s", { allowed_lateness: "1h" }),
  );
  const told = new Told(rules);
  told.at(0);
  expect(told.until(15.001)).toEqual(["A2 closed [0, 0] 1 events"]);
  expect(told.until(70)).toEqual([]);
  expect(told.until(70.001)).toEqual(["B2 closed [0, 0] 1 events"]);
});
