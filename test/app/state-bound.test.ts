import { expect, test } from "vitest";
import { stateBound } from "../../src/app/state-bound.ts";
import { PartitionJudge } from "../../src/correlation/partition-judge.ts";
import type { Verdict } from "../../src/correlation/verdict.ts";
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

test("What a full group really holds lies below it", () => {
  const rules = rulesOf({ window: "10m", conditions });
  const judge = new PartitionJudge(rules, { ...settings, ...bounds });
  const verdicts: Verdict[] = [];
  let bytes = 0;
  for (let second = 0; second < 400; second += 1) {
    const event = eventAt(second, { user: `user ${second} ${"x".repeat(100)}` });
    judge.advance(event.timestamp, verdicts);
    for (const touch of judge.allTouches(event)) judge.judge(event, touch, verdicts);
  }
  const [change] = judge.takeChanges();
  bytes += change!.open!.length;
  const gone = new Set(change!.remove);
  for (const entry of change!.add) if (!gone.has(entry)) bytes += encodeEntry(entry).length;
  expect(change!.add.length).toBeGreaterThan(50);
  expect(bytes).toBeLessThan(stateBound(rules.rules[0]!, bounds));
});

test("A rule without state holds nothing", () => {
  const [rule] = rulesOf({ window: "5m", conditions }).rules;
  expect(stateBound({ ...rule!, stateless: true }, bounds)).toBe(0);
});
