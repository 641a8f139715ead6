import { expect, test } from "vitest";
import { stateBound } from "../../src/app/state-bound.ts";
import { consultedBound } from "../../src/correlation/compact-consulted.ts";
import { PartitionJudge } from "../../src/correlation/partition-judge.ts";
import type { Verdict } from "../../src/correlation/verdict.ts";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import type { RuleSet } from "../../src/rules/rule-set.ts";
import { encodeEntry } from "../../src/state/encode-entry.ts";
import { eventAt, rulesOf, settings } from "../correlation/support.ts";

const conditions = [{ type: "unique_count", field: "user", where: { type: "a" }, threshold: 3 }];
const bounds = { maxEvents: 100, maxEvidence: 10, allowedLateness: 60_000 };

test("The bound grows with what conditions keep, and not with the window", () => {
  const of = (rest: object) => stateBound(rulesOf({ window: "5m", conditions, ...rest }).rules[0]!, bounds);
  expect(of({ window: "1d" })).toBe(of({ window: "2d" }));
  const more = of({ conditions: [...conditions, { type: "pattern_match", field: "file", pattern: "x" }] });
  expect(more).toBeGreaterThan(of({}) + 100 * 128);
  expect(more).toBeLessThan(of({}) + 101 * 128 + 500);
});

/** Bytes of what the store is told to keep of one group, fed with an event a second, and the number of entries. */
function held(rules: RuleSet, events: readonly SecurityEvent[]): { bytes: number; entries: number } {
  const judge = new PartitionJudge(rules, { ...settings, ...bounds });
  const verdicts: Verdict[] = [];
  for (const event of events) {
    judge.advance(event.timestamp, verdicts);
    for (const touch of judge.allTouches(event)) judge.judge(event, touch, verdicts);
  }
  const [change] = judge.takeChanges();
  const gone = new Set(change!.remove);
  const kept = change!.add.filter((entry) => !gone.has(entry)).map((entry) => encodeEntry(entry).length);
  return { bytes: change!.open!.length + kept.reduce((sum, each) => sum + each, 0), entries: kept.length };
}

test("What a full group really holds lies below it", () => {
  const rules = rulesOf({ window: "10m", conditions });
  const seconds = Array.from({ length: 400 }, (_, second) => second);
  const users = seconds.map((second) => eventAt(second, { user: `user ${second} ${"x".repeat(100)}` }));
  const { bytes, entries } = held(rules, users);
  expect(entries).toBeGreaterThan(50);
  expect(bytes).toBeLessThan(stateBound(rules.rules[0]!, bounds));
});

test("So does what one holds that is flooded with events it only consults", () => {
  const by = ["user"];
  const steps = [
    { not: { where: { type: "x" }, by } },
    { where: { type: "a" }, by },
    { where: { type: "b" }, by },
  ];
  const sequence = { type: "event_sequence", sequence: steps, until: { where: { type: "x" } } };
  const rules = rulesOf({ window: "10m", conditions: [sequence] });
  const types = ["a", "x", "x", "x"];
  const seconds = Array.from({ length: 400 }, (_, index) => index);
  const events = seconds.map((second) =>
    eventAt(second, { user: `${second} ${"x".repeat(100)}` }, { type: types[second % 4]! }),
  );
  const { bytes, entries } = held(rules, events);
  expect(entries).toBeGreaterThan(150);
  expect(bytes).toBeLessThan(stateBound(rules.rules[0]!, bounds));
});

test("Each kind of event that is only consulted makes room for itself", () => {
  const started = (...sequence: readonly unknown[]) => {
    const conditions = [
      { type: "event_sequence", sequence: [{ where: { type: "a" }, by: ["user"] }, ...sequence] },
    ];
    return consultedBound(rulesOf({ window: "5m", conditions }).rules[0]!, 100, 100);
  };
  const not = { not: { where: { type: "x" } } };
  expect([started("b"), started(not, "b"), started(not, "b", not)]).toEqual([0, 300, 500]);
});

test("A rule without state holds nothing", () => {
  const [rule] = rulesOf({ window: "5m", conditions }).rules;
  expect(stateBound({ ...rule!, stateless: true }, bounds)).toBe(0);
});
