import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compactConsulted, consultedBound } from "../../src/correlation/compact-consulted.ts";
import { GroupWindow } from "../../src/correlation/group-window.ts";
import { PartitionJudge } from "../../src/correlation/partition-judge.ts";
import { keyOfTouch } from "../../src/correlation/touches.ts";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { marksOf } from "../../src/rules/rule-set.ts";
import { MemoryStore } from "../../src/state/memory/memory-store.ts";
import type { WindowEntry } from "../../src/state/store.ts";
import { assertProperty, propertyRuns } from "./assert-property.ts";
import { type RandomRule, randomFlood, randomForbiddingRule } from "./random-case.ts";
import { newestOf, Run, shuffled } from "./run.ts";
import { eventAt, rulesOf, settings, start } from "./support.ts";

const runs = propertyRuns(500);

/** \`a\` then \`b\` without an \`x\` before, between or after them. */
const not = { not: { where: { type: "x" } } };
const surrounded = {
  window: "100s",
  conditions: [{ type: "event_sequence", sequence: [not, "a", not, "b", not] }],
};

function x(second: number): SecurityEvent {
  return eventAt(second, {}, { type: "x" });
}

function entry(rule: Rule, event: SecurityEvent): WindowEntry {
  const { id, timestamp: t, type } = event;
  return { t, id, type, container: "c1", origin: null, marks: marksOf(rule, event)! };
}

describe("Compacting what is only consulted", () => {
  const [rule] = rulesOf(surrounded).rules;
  const window = (...events: readonly SecurityEvent[]): GroupWindow => {
    const empty = { entries: [], open: null };
    const group = new GroupWindow(rule!, "container=c1", empty);
    for (const event of events) group.insert(entry(rule!, event));
    return group;
  };
  const ids = (entries: readonly WindowEntry[]) => entries.map(({ id }) => id);
  const relevant = [eventAt(10), eventAt(20, {}, { type: "b" })];
  const at = (second: number) => start + second * 1000;

  test("behind the watermark the first and the last stay between two relevant times", () => {
    const group = window(...relevant, ...[1, 2, 11, 12, 13, 21, 22, 23, 31, 32, 33, 34, 35, 36].map(x));
    compactConsulted(group, at(30), { maxEvents: 1 });
    expect(ids(group.consulted)).toEqual(
      [2, 11, 13, 21, 23, 31, 32, 33, 34, 35, 36].map((second) => `at ${second}`),
    );
    expect(ids(group.entries)).toEqual(["at 10", "at 20"]);
    expect(group.saturated).toBe(false);
  });

  test("over the bound the same is done from the watermark on, and the group is saturated", () => {
    const seconds = Array.from({ length: 20 }, (_, index) => 21 + index);
    const group = window(...relevant, ...seconds.map(x));
    compactConsulted(group, at(5), { maxEvents: 1 });
    expect(ids(group.consulted)).toEqual(["at 21", "at 39", "at 40"]);
    expect(group.saturated).toBe(true);
  });

  test("up to the bound nothing is forgotten", () => {
    const group = window(...[1, 2, 3].map(x));
    compactConsulted(group, at(30), { maxEvents: 3 });
    expect(group.consulted).toHaveLength(3);
  });

  test("what a step joins by stays for each value, and the oldest go where these are too many", () => {
    const by = ["u"];
    const steps = [{ not: { where: { type: "x" }, by } }, { where: { type: "a" }, by }];
    const [joined] = rulesOf({
      window: "1h",
      conditions: [{ type: "event_sequence", sequence: steps }],
    }).rules;
    const group = new GroupWindow(joined!, "container=c1", { entries: [], open: null });
    const value = (second: number, u: string) => eventAt(second, { u }, { type: "x" });
    const events = [value(1, "p"), value(2, "p"), value(3, "q"), value(4, "r"), value(5, "s")];
    for (const event of events) group.insert(entry(joined!, event));
    compactConsulted(group, at(10), { maxEvents: 4 });
    expect(ids(group.consulted)).toEqual(["at 2", "at 3", "at 4", "at 5"]);
    compactConsulted(group, at(10), { maxEvents: 3 });
    expect(ids(group.consulted)).toEqual(["at 4", "at 5"]);
  });
});

test("a flood of forbidden events leaves a bounded window in memory and in the store", async () => {
  const rules = rulesOf(surrounded);
  const judge = new PartitionJudge(rules, { ...settings, maxEvents: 50 });
  const state = new MemoryStore().partition(0);
  const { epoch } = await state.claim();
  const events = [eventAt(0), ...Array.from({ length: 3_000 }, (_, index) => x(1 + index / 100))];
  const key = keyOfTouch(judge.allTouches(events[0]!)[0]!);
  for (const [offset, event] of events.entries()) {
    judge.advance(event.timestamp, []);
    for (const touch of judge.allTouches(event)) judge.judge(event, touch, []);
    expect(judge.entries).toBeLessThanOrEqual(1 + consultedBound(rules.rules[0]!, 1, 50));
    await state.apply({
      epoch,
      token: `t${offset}`,
      expectedOffset: offset,
      continues: false,
      nextOffset: offset + 1,
      meta: "{}",
      groups: judge.takeChanges(),
      outbox: [],
      outboxAcked: 0,
      seen: [],
      seenFloor: new Map(),
      live: new Map(),
    });
  }
  const [stored] = await state.load([key]);
  expect(stored!.entries.length).toBe(judge.entries);
  judge.evict(0);
  expect(judge.entries).toBe(0);
});

describe("Floods of what is only consulted", () => {
  const lateness = fc.constantFrom(0, 10_000, 60_000, 300_000);
  const maxEvents = fc.constantFrom(8, 8, 12, 20);

  test(`in order the alerts are those of the definition, beyond the bound too (${runs} cases)`, async () => {
    await assertProperty(
      fc.property(randomForbiddingRule, randomFlood, lateness, maxEvents, (rule, events, late, most) => {
        const run = new Run([rule], late, 50, most + roomForValues(rule));
        run.feed(events);
        run.finish();
        expect(run.alerts()).toEqual(run.defined(events, Number.POSITIVE_INFINITY));
      }),
      runs,
    );
  }, 600_000);

  test(`in any order they are, where the bound holds what came since the watermark (${runs} cases)`, async () => {
    let exact = 0;
    await assertProperty(
      fc.property(
        randomForbiddingRule,
        randomFlood,
        fc.constantFrom(3_000, 10_000),
        fc.constantFrom(20, 40),
        fc.nat(),
        (rule, events, late, most, seed) => {
          const run = new Run([rule], late, 50, most);
          const order = shuffled(events, run.leastLateness, seed);
          if (mostSinceWatermark(order, run.leastLateness) > most) return;
          if (events.length > most) exact += 1;
          run.feed(order);
          run.finish();
          expect(run.alerts()).toEqual(run.defined(events, Number.POSITIVE_INFINITY));
        },
      ),
      runs,
    );
    expect(exact, "cases in which something is forgotten").toBeGreaterThan(runs / 10);
  }, 600_000);

  test(`no more is held than the rule allows (${runs} cases)`, async () => {
    await assertProperty(
      fc.property(randomForbiddingRule, randomFlood, lateness, fc.nat(), (written, events, late, seed) => {
        const rules = rulesOf(written.document);
        const judge = new PartitionJudge(rules, { ...settings, allowedLateness: late, maxEvents: 8 });
        const groups = new Set<string>();
        for (const event of shuffled(events, late, seed)) {
          judge.advance(event.timestamp, []);
          for (const touch of judge.allTouches(event)) {
            groups.add(keyOfTouch(touch));
            judge.judge(event, touch, []);
          }
          const each = 8 + consultedBound(rules.rules[0]!, 8, 8);
          expect(judge.entries).toBeLessThanOrEqual(groups.size * each);
        }
        judge.advance(newestOf(events) + 1_000_000, []);
        expect(judge.entries).toBe(0);
      }),
      runs,
    );
  }, 600_000);
});

/** What \`not\` steps hold that join by one of six values, beside the at most eight relevant events. */
function roomForValues({ conditions }: RandomRule): number {
  const steps = conditions.flatMap((each) => (each.type === "event_sequence" ? each.sequence : []));
  const joins = (step: unknown): boolean => typeof step === "object" && step !== null && "by" in step;
  const nots = steps.flatMap((step) => (typeof step === "object" && "not" in step ? [step.not] : []));
  const allJoin = steps.every((step) => (typeof step === "object" && "not" in step) || joins(step));
  return nots.filter(joins).length * 6 * (allJoin ? 2 : 18);
}

/** The greatest number of events that had come from the watermark on, at any moment. */
function mostSinceWatermark(order: readonly SecurityEvent[], lateness: number): number {
  let newest = Number.NEGATIVE_INFINITY;
  const counts = order.map(({ timestamp }, index) => {
    newest = Math.max(newest, timestamp);
    return order.slice(0, index + 1).filter((event) => event.timestamp >= newest - lateness).length;
  });
  return Math.max(...counts);
}
