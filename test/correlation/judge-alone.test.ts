import { describe, expect, test } from "vitest";
import { EmbeddedEngine } from "../../src/app/embedded-engine.ts";
import { PartitionJudge } from "../../src/correlation/partition-judge.ts";
import type { Verdict } from "../../src/correlation/verdict.ts";
import { primaryKey } from "../../src/events/group-key.ts";
import { route } from "../../src/rules/routing.ts";
import { type RuleSet, ruleSet } from "../../src/rules/rule-set.ts";
import { eventAt, rulesOf, settings, start, Told } from "./support.ts";

/** Every event of type `a` is an alert. */
function eachA(): RuleSet {
  const [rule] = rulesOf({
    id: "each_a",
    window: "0s",
    group_by: [],
    conditions: [{ type: "event_count", where: { type: "a" } }],
    actions: [{ type: "alert" }, { type: "isolate_container" }],
  }).rules;
  return ruleSet([{ ...rule!, stateless: true }]);
}

describe("judgeAlone()", () => {
  test("each event is an alert, also two of one millisecond, opened and closed by one record", () => {
    const told = new Told(eachA());
    const twin = eventAt(1, {}, { id: "twin" });
    expect(told.feed(eventAt(1), twin, eventAt(2, {}, { type: "b" }))).toEqual([
      "A1 closed [1, 1] 1 events",
      "B1 closed [1, 1] 1 events",
    ]);
    expect(told.finish()).toEqual([]);
    expect(told.verdicts[0]).toMatchObject({
      group: {},
      closedAt: start + 1000,
      evidence: [{ id: "at 1" }],
      conditions: [{ value: "1", met: true }],
      entities: { container_id: "c1" },
    });
  });

  test("an event that comes again is the same alert, word for word", () => {
    const told = new Told(eachA());
    told.at(1, 1);
    expect(told.verdicts).toHaveLength(2);
    expect(told.verdicts[1]).toEqual(told.verdicts[0]);
  });

  test("a late event is judged too, and marked", () => {
    const told = new Told(eachA());
    told.at(1000);
    expect(told.at(1)).toEqual(["B1 closed [1, 1] 1 events late"]);
  });

  test("nothing is kept of it", () => {
    const judge = new PartitionJudge(eachA(), settings);
    const verdicts: Verdict[] = [];
    judge.judgeAlone(eventAt(1), undefined, verdicts);
    expect(verdicts).toHaveLength(1);
    expect([judge.groups, judge.takeChanges()]).toEqual([0, []]);
    expect(judge.counts).toMatchObject({ judged: 1, late: 0 });
  });

  test("the primary record is judged, a copy is not", () => {
    const judge = new PartitionJudge(eachA(), settings);
    const verdicts: Verdict[] = [];
    const event = eventAt(1, { user: "ann" });
    judge.judgeAlone(event, "user=ann", verdicts);
    expect(verdicts).toEqual([]);
    judge.judgeAlone(event, primaryKey(event), verdicts);
    expect(verdicts).toHaveLength(1);
  });

  test("while state is rebuilt, what is not known to have been raised is marked", () => {
    const told = new EmbeddedEngine(eachA(), {
      ...settings,
      rebuilding: { knows: () => false, alertNear: () => undefined, completeFrom: Number.NEGATIVE_INFINITY },
    });
    expect(told.feed(eventAt(1))).toMatchObject([{ rebuilt: true }]);
  });
});

describe("Routing", () => {
  test("a rule without state needs no copy, but makes an event one that is used", () => {
    const event = eventAt(1);
    expect(route(eachA(), event)).toEqual({
      routes: [{ key: "container=c1", copy: false }],
      used: true,
    });
    expect(route(eachA(), eventAt(1, {}, { type: "b" })).used).toBe(false);
  });
});
