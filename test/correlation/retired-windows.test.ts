import { expect, test } from "vitest";
import { PartitionJudge } from "../../src/correlation/partition-judge.ts";
import type { Verdict } from "../../src/correlation/verdict.ts";
import { retire } from "../../src/rules/retired-rules.ts";
import type { GroupKey, StoredGroup } from "../../src/state/store.ts";
import { atLeast, eventAt, rulesOf, settings, start } from "./support.ts";

const rules = rulesOf(atLeast(1, "10s"));
const others = rulesOf(atLeast(1, "20s", { id: "other" }));

/** A window in which an alert is open for each of the seconds, as the store has it. */
function windowOf(...seconds: readonly number[]): { readonly key: GroupKey; readonly stored: StoredGroup } {
  const judge = new PartitionJudge(rules, settings);
  for (const second of seconds) {
    const event = eventAt(second);
    for (const touch of judge.allTouches(event)) judge.judge(event, touch, []);
  }
  const { key, add, open } = judge.takeChanges()[0]!;
  return { key, stored: { entries: add, open } };
}

test.each([
  ["that was in force before", retire(rules, others, 0)],
  ["that is not known", others],
])("Alerts of a rule %s that end one after the other are one change of their window", (_, now) => {
  const { key, stored } = windowOf(0, 30);
  const judge = new PartitionJudge(now, settings);
  const closed: Verdict[] = [];
  expect(judge.adopt(key, stored)).toBe(true);
  judge.advance(start + 71_000, closed);
  expect(closed.map(({ lastSeen }) => lastSeen)).toEqual([start]);
  judge.advance(start + 101_000, closed);
  expect(closed.map(({ lastSeen, status }) => [lastSeen, status])).toEqual([
    [start, "closed"],
    [start + 30_000, "closed"],
  ]);
  expect(judge.takeChanges().map((change) => [change.key, change.expiry])).toEqual([[key, start + 110_000]]);
  expect(judge.takeChanges()).toEqual([]);
});
