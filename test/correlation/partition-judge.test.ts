import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JudgeSettings } from "../../src/correlation/judge-settings.ts";
import { LiveGroups } from "../../src/correlation/live-groups.ts";
import { PartitionJudge } from "../../src/correlation/partition-judge.ts";
import { keyOfTouch } from "../../src/correlation/touches.ts";
import type { Verdict } from "../../src/correlation/verdict.ts";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import type { RuleSet } from "../../src/rules/rule-set.ts";
import { MemoryStore } from "../../src/state/memory/memory-store.ts";
import type { PartitionState } from "../../src/state/store.ts";
import { assertProperty, propertyRuns } from "./assert-property.ts";
import { randomEvents, randomFlood, randomForbiddingRule, randomRule } from "./random-case.ts";
import { atLeast, eventAt, rulesOf, settings, start } from "./support.ts";

/** An event, or event time moving on to a second. */
type Step = { readonly event: SecurityEvent } | { readonly second: number };

const runs = propertyRuns(500);

/** Judges everything in memory, step by step. */
function inMemory(rules: RuleSet, steps: readonly Step[], bounds = settings): readonly Verdict[] {
  const judge = new PartitionJudge(rules, bounds);
  const verdicts: Verdict[] = [];
  for (const step of steps) {
    if ("second" in step) judge.advance(start + step.second * 1000, verdicts);
    else for (const touch of judge.allTouches(step.event)) judge.judge(step.event, touch, verdicts);
  }
  return verdicts;
}

/** The same over a store, in batches; between batches windows are forgotten, at times the whole judge is. */
class Stored {
  readonly #rules: RuleSet;
  readonly #bounds: JudgeSettings;
  readonly #state: PartitionState = new MemoryStore().partition(0);
  readonly verdicts: Verdict[] = [];
  #judge: PartitionJudge;
  #time = Number.NEGATIVE_INFINITY;
  #epoch = 0;
  #offset = 0;

  constructor(rules: RuleSet, bounds: JudgeSettings) {
    this.#rules = rules;
    this.#bounds = bounds;
    this.#judge = new PartitionJudge(rules, bounds);
  }

  async takeOver(): Promise<void> {
    const { epoch, live } = await this.#state.claim();
    this.#epoch = epoch;
    this.#judge = new PartitionJudge(this.#rules, this.#bounds, {
      time: this.#time,
      live: new LiveGroups(Number.POSITIVE_INFINITY, live),
    });
  }

  async batch(steps: readonly Step[], cache: number): Promise<void> {
    const times = steps.flatMap((step) => ("second" in step ? [start + step.second * 1000] : []));
    const time = Math.max(this.#time, ...times);
    if (time > this.#time) {
      const due = await this.#state.due(time, 1000);
      await this.#load(due.map(({ key }) => key));
      for (const { key, at } of due) this.#judge.dueAt(key, at);
    }
    const touched = steps.flatMap((step) => ("event" in step ? this.#judge.allTouches(step.event) : []));
    await this.#load(touched.map(keyOfTouch));
    for (const step of steps) {
      if ("second" in step) this.#judge.advance(start + step.second * 1000, this.verdicts);
      else
        for (const touch of this.#judge.allTouches(step.event))
          this.#judge.judge(step.event, touch, this.verdicts);
    }
    this.#time = time;
    await this.#apply();
    this.#judge.evict(cache);
  }

  async groups(): Promise<number> {
    return (await this.#state.size()).groups;
  }

  async #load(keys: readonly string[]): Promise<void> {
    const missing = [...new Set(keys)].filter((key) => !this.#judge.has(key));
    const stored = await this.#state.load(missing);
    for (const [index, key] of missing.entries()) this.#judge.adopt(key, stored[index]!);
  }

  async #apply(): Promise<void> {
    const from = this.#offset;
    this.#offset += 1;
    await this.#state.apply({
      epoch: this.#epoch,
      token: `t${from}`,
      expectedOffset: from,
      continues: false,
      nextOffset: this.#offset,
      meta: "{}",
      groups: this.#judge.takeChanges(),
      outbox: [],
      outboxAcked: 0,
      seen: [],
      seenFloor: new Map(),
      live: this.#judge.live.takeChanges(),
    });
    expect(this.#judge.live.total).toBe((await this.#state.size()).groups);
  }
}

/** Rules, and events that bear on them. */
const randomCase = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(fc.array(randomRule, { minLength: 1, maxLength: 2 }), randomEvents),
  },
  { weight: 1, arbitrary: fc.tuple(fc.tuple(randomForbiddingRule), randomFlood) },
);

const randomMoves = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 400 })), { maxLength: 12 });

/** Events within a lateness of 60 seconds, some late and too late, time moving on between them. */
function stepsOf(
  events: readonly SecurityEvent[],
  moves: readonly (readonly [place: number, second: number])[],
): readonly Step[] {
  const steps: Step[] = events.map((event) => ({ event }));
  for (const [place, second] of moves) steps.splice(place % (steps.length + 1), 0, { second });
  return [...steps, { second: 2_000 }, { second: 1_000_000 }];
}

test("Any number of windows may end in one step", () => {
  const judge = new PartitionJudge(rulesOf(atLeast(2, "10s")), settings);
  for (let n = 0; n < 130_000; n += 1) {
    const event = eventAt(0, {}, { container_id: `c${n}` });
    for (const touch of judge.allTouches(event)) judge.judge(event, touch, []);
  }
  judge.takeChanges();
  judge.advance(Number.POSITIVE_INFINITY, []);
  expect(judge.takeChanges()).toHaveLength(130_000);
  expect(judge.live.total).toBe(0);
});

test("A window in which nothing stays is not kept in memory", () => {
  const judge = new PartitionJudge(rulesOf(atLeast(1, "10s")), settings);
  judge.advance(start + 600_000, []);
  for (let n = 0; n < 10; n += 1) {
    const tooLate = eventAt(n, {}, { container_id: `c${n}` });
    for (const touch of judge.allTouches(tooLate)) judge.judge(tooLate, touch, []);
  }
  expect(judge.counts.tooLate).toBe(10);
  expect(judge.groups).toBe(0);
});

describe("A partition over a store", () => {
  test(`says the same whatever the batches, the cache and the owners (${runs} cases)`, async () => {
    await assertProperty(
      fc.asyncProperty(
        randomCase,
        randomMoves,
        fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.constantFrom(0, 3, 1000), fc.boolean()), {
          minLength: 1,
        }),
        fc.constantFrom(settings, { ...settings, maxEvents: 5, maxEvidence: 2 }),
        async ([written, events], moves, batches, bounds) => {
          const steps = stepsOf(events, moves);
          const rules = rulesOf(...written.map(({ document }) => document));
          const stored = new Stored(rules, bounds);
          await stored.takeOver();
          for (let at = 0, turn = 0; at < steps.length; turn += 1) {
            const [size, cache, replaced] = batches[turn % batches.length]!;
            if (replaced) await stored.takeOver();
            await stored.batch(steps.slice(at, at + size), cache);
            at += size;
          }
          const told = (verdicts: readonly Verdict[]) =>
            verdicts.map(({ rule, ...verdict }) => ({ rule: rule.id, ...verdict }));
          expect(told(stored.verdicts)).toEqual(told(inMemory(rules, steps, bounds)));
          expect(await stored.groups()).toBe(0);
        },
      ),
      runs,
    );
  }, 600_000);
});

describe("Event time", () => {
  test("what falls due together is decided by time, then rule and group, whatever was judged first", () => {
    const rules = rulesOf(atLeast(1, "10s"), atLeast(1, "10s"), atLeast(1, "5s"));
    const closings = (...containers: readonly string[]) => {
      const steps = containers.map((container) => ({
        event: eventAt(0, {}, { id: container, container_id: container }),
      }));
      return inMemory(rules, [...steps, { second: 200 }])
        .filter(({ status }) => status === "closed")
        .map(({ rule, groupKey }) => `${rule.id} ${groupKey}`);
    };
    expect(closings("c2", "c1", "c3")).toEqual([
      "r2 container=c1",
      "r2 container=c2",
      "r2 container=c3",
      "r0 container=c1",
      "r0 container=c2",
      "r0 container=c3",
      "r1 container=c1",
      "r1 container=c2",
      "r1 container=c3",
    ]);
    expect(closings("c3", "c2", "c1")).toEqual(closings("c2", "c1", "c3"));
  });

  test("never goes back", () => {
    const judge = new PartitionJudge(rulesOf(atLeast(1, "10s")), settings);
    judge.advance(5_000, []);
    judge.advance(4_000, []);
    expect(judge.time).toBe(5_000);
  });

  test("an event by itself moves it nowhere: nothing is late before a watermark has come", () => {
    const verdicts = inMemory(rulesOf(atLeast(1, "10s")), [{ event: eventAt(1_000) }, { event: eventAt(0) }]);
    expect(verdicts.map(({ openedAt, late }) => [openedAt, late])).toEqual([
      [start + 1_000_000, false],
      [start, false],
    ]);
  });
});

describe("The cache", () => {
  const rules = rulesOf(atLeast(2, "10s"));

  test("a window that changed is not forgotten before its change was taken", () => {
    const judge = new PartitionJudge(rules, settings);
    const event = eventAt(0);
    judge.judge(event, judge.allTouches(event)[0]!, []);
    judge.evict(0);
    expect(judge.groups).toBe(1);
    judge.takeChanges();
    judge.evict(0);
    expect([judge.groups, judge.entries]).toEqual([0, 0]);
  });

  test("what was used last is kept longest", () => {
    const judge = new PartitionJudge(rules, settings);
    const keys = ["c1", "c2", "c3"].map((container) => {
      const event = eventAt(0, {}, { container_id: container });
      const [touch] = judge.allTouches(event);
      judge.judge(event, touch!, []);
      return keyOfTouch(touch!);
    });
    const again = eventAt(0, {}, { container_id: "c1" });
    judge.judge(again, judge.allTouches(again)[0]!, []);
    judge.takeChanges();
    judge.evict(2);
    expect(keys.map((key) => judge.has(key))).toEqual([true, false, false]);
  });

  test("a window of a rule that is not loaded is left alone", () => {
    const judge = new PartitionJudge(rules, settings);
    expect(judge.adopt("r0@other:container=c1", { entries: [], open: null })).toBe(false);
    expect(judge.groups).toBe(0);
  });
});

test("an event is judged under its key's dimension alone", () => {
  const rules = rulesOf(atLeast(1, "10s"), atLeast(1, "10s", { group_by: "user" }));
  const judge = new PartitionJudge(rules, settings);
  const event = eventAt(0, { user: "ann" });
  expect(judge.touches(event, "container=c1").map(({ rule }) => rule.id)).toEqual(["r0"]);
  expect(judge.touches(event, "user=ann").map(({ rule }) => rule.id)).toEqual(["r1"]);
  expect(judge.touches(event, "node=n1")).toEqual([]);
  expect(judge.allTouches(event)).toHaveLength(2);
});
