import { expect, test } from "vitest";
import { ageRules, type RuleAges, stillYoung } from "../../src/app/rule-ages.ts";
import { conditionTypes } from "../../src/correlation/condition-types.ts";
import { compileRules } from "../../src/rules/load-rules.ts";
import { type RuleSet, ruleSet, windowName } from "../../src/rules/rule-set.ts";

/** One rule an id, with a window of 10 minutes. */
function rules(...ids: readonly string[]): RuleSet {
  const text = ids
    .map(
      (id) =>
        `id: ${id}\nname: ${id}\nwindow: 10m\nconditions: [{ type: event_count, where: { type: ${id} } }]`,
    )
    .join("\n---\n");
  return ruleSet(compileRules([{ file: "rules.yml", text }], { conditionTypes }));
}

function youngIds({ young }: RuleAges): readonly string[] {
  return Object.keys(young).map((name) => name.slice(0, name.indexOf("@")));
}

const minute = 60_000;
const first = ageRules(null, rules("a", "b"), 0);

test("Rules that are there when a partition begins are not young", () => {
  expect(first.young).toEqual({});
  expect(ageRules(first, rules("b", "a"), 5 * minute)).toEqual(first);
});

test("A rule that comes later is young until its window and the lateness have passed", () => {
  const set = rules("a", "b", "c");
  const ages = ageRules(first, set, 5 * minute);
  expect(ages.young).toEqual({ [windowName(set.rules[2]!)]: 5 * minute });
  expect(ageRules(ages, set, 7 * minute)).toEqual(ages);
  expect(stillYoung(ages, set, 16 * minute, minute)).toBe(ages);
  const old = stillYoung(ages, set, 16 * minute + 1, minute);
  expect(old.young).toEqual({});
  expect(ageRules(old, set, 30 * minute).young).toEqual({});
});

test("A rule that went and comes again has missed what was between", () => {
  const without = ageRules(first, rules("a"), 5 * minute);
  expect(youngIds(without)).toEqual([]);
  expect(youngIds(ageRules(without, rules("a", "b"), 6 * minute))).toEqual(["b"]);
});

test("Before a partition's event time has begun no rule is late", () => {
  expect(ageRules(first, rules("a", "b", "c"), Number.NEGATIVE_INFINITY).young).toEqual({});
});
