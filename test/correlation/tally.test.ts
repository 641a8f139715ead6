/** What a condition says of all its marks at once never denies what it says of some of them. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Condition, ConditionMark } from "../../src/rules/condition-type.ts";
import { rulesOf } from "./support.ts";

const numbers = fc.oneof(fc.integer({ min: -3, max: 9 }), fc.double({ min: -1e6, max: 1e9, noNaN: true }));
const text = fc.constantFrom("a", "b", "c", "d");
const cases: Readonly<
  Record<string, { readonly condition: object; readonly mark: fc.Arbitrary<ConditionMark> }>
> = {
  event_count: { condition: { where: { type: "a" } }, mark: fc.constant<ConditionMark>(1) },
  unique_count: { condition: { field: "u" }, mark: fc.oneof(text, fc.uniqueArray(text, { minLength: 2 })) },
  threshold: { condition: { field: "n", aggregate: "sum" }, mark: numbers },
};

for (const [type, { condition, mark }] of Object.entries(cases)) {
  test(`${type}: while marks come and go`, () => {
    const step = fc.record({ mark, goes: fc.boolean() });
    const property = fc.property(
      fc.array(step, { maxLength: 40 }),
      fc.constantFrom(">=", ">"),
      fc.integer({ min: 0, max: 12 }),
      (steps, operator, threshold) => {
        const compiled = conditionOf({ type, ...condition, operator, threshold });
        const tally = compiled.tally!();
        const marks: ConditionMark[] = [];
        for (const { mark: next, goes } of steps) {
          // The oldest goes first, as from a window.
          if (goes && marks.length > 0) tally.remove(marks.shift()!);
          marks.push(next);
          tally.add(next);
          if (someSpanHolds(compiled, marks)) expect(tally.mayHold()).toBe(true);
        }
      },
    );
    fc.assert(property, { numRuns: 300 });
  });
}

test.each([
  ["event_count", ">=", 3, [1, 1], 1],
  ["unique_count", ">=", 3, ["a", ["b", "a"]], "c"],
  ["threshold", ">", 10.5, [4, 6, -9], 1],
])(
  "%s: it does deny what cannot hold, until the last mark comes",
  (type, operator, threshold, marks, last) => {
    const tally = conditionOf({ type, ...cases[type]!.condition, operator, threshold }).tally!();
    for (const mark of marks) tally.add(mark);
    expect(tally.mayHold()).toBe(false);
    tally.add(last);
    expect(tally.mayHold()).toBe(true);
    tally.remove(last);
    expect(tally.mayHold()).toBe(false);
  },
);

function conditionOf(written: object): Condition {
  return rulesOf({ window: "10s", conditions: [written] }).rules[0]!.conditions[0]!;
}

function someSpanHolds({ holds }: Condition, marks: readonly ConditionMark[]): boolean {
  const times = marks.map((_, index) => index);
  for (let start = 0; start < marks.length; start += 1) {
    for (let end = start + 1; end <= marks.length; end += 1) {
      if (holds({ times, marks, start, end }, { t: 0, from: 0, since: null, saturated: false })) return true;
    }
  }
  return false;
}
