import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compactWindow } from "../../src/correlation/compact-window.ts";
import { GroupWindow } from "../../src/correlation/group-window.ts";
import { PartitionJudge } from "../../src/correlation/partition-judge.ts";
import type { Verdict } from "../../src/correlation/verdict.ts";
import type { JsonMap, SecurityEvent } from "../../src/events/security-event.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { marksOf } from "../../src/rules/rule-set.ts";
import type { WindowEntry } from "../../src/state/store.ts";
import { assertProperty, propertyRuns } from "./assert-property.ts";
import { atLeast, eventAt, rulesOf, settings, start, Told } from "./support.ts";

function entry(rule: Rule, second: number, details: JsonMap = {}): WindowEntry {
  const { id, timestamp: t, type, ...event } = eventAt(second, details);
  const marks = marksOf(rule, { id, timestamp: t, type, ...event })!;
  return { t, id, type, container: "c1", origin: null, marks };
}

function windowOf(rule: Rule, entries: readonly WindowEntry[]): GroupWindow {
  const group = new GroupWindow(rule, "container=c1", { entries: [], open: null });
  for (const each of entries) group.insert(each);
  return group;
}

function ids(group: GroupWindow): readonly string[] {
  return group.entries.map(({ id }) => id);
}

describe("Compacting a window", () => {
  const [rule] = rulesOf(atLeast(3, "1h")).rules;
  const tight = { ...settings, maxEvidence: 1, maxEvents: 4 };

  test("behind the watermark the k newest stay for a count of k, and all from the watermark on", () => {
    const entries = [0, 1, 2, 3, 4, 5, 6].map((second) => entry(rule!, second));
    const group = windowOf(rule!, entries);
    compactWindow(group, entries[5]!.t, { ...tight, maxEvents: 10 });
    expect(ids(group)).toEqual(["at 2", "at 3", "at 4", "at 5", "at 6"]);
    expect(group.saturated).toBe(false);
  });

  test("for distinct values the newest event of each of the last seen ones stays", () => {
    const [unique] = rulesOf({
      window: "1h",
      conditions: [{ type: "unique_count", field: "u", threshold: 2 }],
    }).rules;
    const values = ["x", "y", "z", "z", "y", "y"];
    const group = windowOf(
      unique!,
      values.map((u, second) => entry(unique!, second, { u })),
    );
    compactWindow(group, Number.POSITIVE_INFINITY, tight);
    expect(ids(group)).toEqual(["at 3", "at 5"]);
  });

  test("what a condition cannot do without stays for each condition", () => {
    const [both] = rulesOf({
      window: "1h",
      conditions: [
        { type: "event_count", where: { type: "a", u: "x" }, threshold: 1 },
        { type: "pattern_match", field: "u", pattern: "y" },
      ],
    }).rules;
    const values = ["x", "x", "y", "y", "y"];
    const group = windowOf(
      both!,
      values.map((u, second) => entry(both!, second, { u })),
    );
    compactWindow(group, Number.POSITIVE_INFINITY, tight);
    expect(ids(group)).toEqual(["at 1", "at 4"]);
  });

  test("over the bound the same is done from the watermark on, and the group is saturated", () => {
    const entries = [0, 1, 2, 3, 4].map((second) => entry(rule!, second));
    const group = windowOf(rule!, entries);
    compactWindow(group, entries[0]!.t, tight);
    expect(ids(group)).toEqual(["at 1", "at 2", "at 3", "at 4"]);
    expect(group.saturated).toBe(true);
  });

  test("where that is not enough the oldest go, until half of the bound is free", () => {
    const average = { type: "threshold", field: "n", aggregate: "avg", operator: ">", threshold: 1 };
    const [settled] = rulesOf({ window: "1h", conditions: [average] }).rules;
    const entries = [0, 1, 2, 3, 4].map((second) => entry(settled!, second, { n: 1 }));
    const group = windowOf(settled!, entries);
    compactWindow(group, entries[4]!.t, tight);
    expect(ids(group)).toEqual(["at 3", "at 4"]);
    expect(group.saturated).toBe(true);
  });

  test("sums are merged by sixty-fourths of the window, but for the newest, and stand at their oldest time", () => {
    const sum = { type: "threshold", field: "n", aggregate: "sum", operator: ">", threshold: 10 };
    const [adding] = rulesOf({ window: "64s", conditions: [sum] }).rules;
    const entries = [0, 0.2, 0.4, 1, 1.5, 2].map((second) =>
      entry(adding!, second, { n: second === 0.2 ? -5 : 2 }),
    );
    const group = windowOf(adding!, entries);
    compactWindow(group, entries[5]!.t, { ...tight, maxEvents: 5 });
    expect(group.entries.map(({ id, marks }) => [id, marks[0]])).toEqual([
      ["at 0", 4],
      ["at 1", 2],
      ["at 1.5", 2],
      ["at 2", 2],
    ]);
    expect(group.saturated).toBe(false);
  });

  test("a part of a sum that says it all already is neither taken out nor put in again", () => {
    const sum = { type: "threshold", field: "n", aggregate: "sum", operator: ">", threshold: 10 };
    const [adding] = rulesOf({ window: "64s", conditions: [sum] }).rules;
    const entries = [0, 0.2, 1, 5, 6].map((second) => entry(adding!, second, { n: second === 0.2 ? -5 : 2 }));
    const group = windowOf(adding!, entries);
    group.takeChange();
    compactWindow(group, entries[4]!.t, tight);
    const { add, remove } = group.takeChange();
    expect(add).toEqual([]);
    expect(remove.map(({ id }) => id)).toEqual(["at 0.2"]);
  });

  test("what never reached the store is not removed from it", () => {
    const entries = [0, 1, 2, 3, 4].map((second) => entry(rule!, second));
    const group = windowOf(rule!, entries.slice(0, 3));
    group.takeChange();
    for (const each of entries.slice(3)) group.insert(each);
    compactWindow(group, entries[0]!.t, { ...tight, maxEvents: 2 });
    const { add, remove } = group.takeChange();
    expect(add.map(({ id }) => id)).toEqual(["at 4"]);
    expect(remove.map(({ id }) => id)).toEqual(["at 0", "at 1", "at 2"]);
  });
});

const runs = propertyRuns(500);

describe("A bounded engine in order", () => {
  const written = fc.constantFrom(
    { type: "event_count", where: { type: "a" }, threshold: 3 },
    { type: "event_count", where: { type: "a" }, operator: ">", threshold: 3 },
    { type: "unique_count", field: "u", threshold: 3 },
    { type: "unique_count", field: "u", operator: ">", threshold: 2 },
    { type: "unique_count", field: "list", threshold: 3 },
    { type: "pattern_match", field: "u", pattern: "x" },
    { type: "event_sequence", sequence: ["a", "b", "a"] },
    { type: "event_sequence", sequence: ["b", { where: { u: ["x", "y"] }, runs: 2 }, "a"], within: "3s" },
    {
      type: "event_sequence",
      sequence: [{ where: { u: "w" } }, { where: { u: "x" } }, { where: { u: "y" } }],
      within: "8s",
    },
    { type: "threshold", field: "n", aggregate: "max", operator: ">", threshold: 7, min_count: 2 },
    { type: "threshold", field: "n", aggregate: "min", operator: "<", threshold: 1, min_count: 3 },
    { type: "threshold", field: "n", operator: ">", threshold: 7, min_count: 2 },
  );
  const value = fc.constantFrom("w", "x", "y", "z");
  const events = fc
    .array(
      fc.record({
        gap: fc.constantFrom(0, 1, 1, 2, 40),
        u: value,
        list: fc.array(value, { minLength: 1, maxLength: 2 }),
        n: fc.integer({ min: 0, max: 9 }),
        type: fc.constantFrom("a", "b"),
      }),
      { minLength: 20, maxLength: 60, size: "max" },
    )
    .map((drafts) => {
      let second = 0;
      return drafts.map(({ gap, type, ...details }, index) => {
        second += gap;
        return eventAt(second, details, { id: `e${index}`, type });
      });
    });

  test(`opens and closes the alerts that an unbounded one does (${runs} cases)`, async () => {
    const outcome = (conditions: readonly unknown[], fed: readonly SecurityEvent[], maxEvents: number) => {
      const told = new Told(rulesOf({ window: "20s", conditions }), {
        allowedLateness: 0,
        maxEvidence: 2,
        maxEvents,
      });
      told.feed(...fed);
      told.finish();
      return told.verdicts
        .filter(({ status }) => status !== "update")
        .map(({ status, openedAt, lastSeen }) => (status === "open" ? [openedAt] : [openedAt, lastSeen]));
    };
    await assertProperty(
      fc.property(fc.array(written, { minLength: 1, maxLength: 2 }), events, (conditions, fed) => {
        expect(outcome(conditions, fed, 20)).toEqual(outcome(conditions, fed, 1000));
      }),
      runs,
    );
  }, 600_000);

  test("adds up a sum of many small parts", () => {
    const sum = { type: "threshold", field: "n", aggregate: "sum", operator: ">", threshold: 2_000 };
    const told = new Told(rulesOf({ window: "30m", conditions: [sum] }), { maxEvents: 100, maxEvidence: 10 });
    const seconds = Array.from({ length: 1_000 }, (_, index) => index);
    told.feed(...seconds.map((second) => eventAt(second, { n: 3 })));
    const [opened] = told.verdicts;
    expect(opened?.openedAt).toBe(start + 666_000);
  });

  test("keeps no more than its bound of a group that never stops, and counts on", () => {
    const rules = rulesOf(atLeast(2, "1h"));
    const judge = new PartitionJudge(rules, { ...settings, maxEvents: 100, maxEvidence: 10 });
    const verdicts: Verdict[] = [];
    for (let index = 0; index < 3_000; index += 1) {
      const event = eventAt(index / 100);
      judge.advance(event.timestamp, verdicts);
      for (const touch of judge.allTouches(event)) judge.judge(event, touch, verdicts);
      expect(judge.entries).toBeLessThanOrEqual(100);
    }
    judge.advance(Number.POSITIVE_INFINITY, verdicts);
    expect(verdicts.map(({ status, count }) => [status, count])).toEqual([
      ["open", 2],
      ["closed", 3_000],
    ]);
  });
});

test("a flood of alerts that another rule reads is bounded as events are", () => {
  const inner = { id: "inner", window: "0s", conditions: [{ type: "event_count", where: { type: "a" } }] };
  const conditions = [{ type: "event_count", where: { type: "alert.inner" }, threshold: 3 }];
  const rules = rulesOf(inner, { id: "outer", window: "1h", conditions });
  const judge = new PartitionJudge(rules, { ...settings, maxEvents: 20, maxEvidence: 5 });
  const verdicts: Verdict[] = [];
  for (let second = 0; second < 500; second += 1) {
    const event = eventAt(second);
    judge.advance(event.timestamp, verdicts);
    for (const touch of judge.allTouches(event)) judge.judge(event, touch, verdicts);
    expect(judge.entries).toBeLessThanOrEqual(40);
  }
  judge.advance(Number.POSITIVE_INFINITY, verdicts);
  const outer = verdicts.filter(({ rule, status }) => rule.id === "outer" && status !== "update");
  expect(outer.map(({ status, openedAt }) => [status, openedAt])).toEqual([
    ["open", start + 2_000],
    ["closed", start + 2_000],
  ]);
});

test("a rate says nothing of a window that overflowed", () => {
  const steady = { type: "rate_change", where: { type: "a" }, factor: 3, min_count: 3 };
  const rules = rulesOf({ window: "1m", conditions: [steady] });
  const told = new Told(rules, { maxEvents: 20 });
  const seconds = Array.from({ length: 240 }, (_, second) => second);
  // One a second all the time: what was dropped of the minute before must not look like a rise.
  expect([...told.at(...seconds), ...told.finish()]).toEqual([]);
});
