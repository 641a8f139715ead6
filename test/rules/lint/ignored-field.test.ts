import { expect, test } from "vitest";
import { found, ruleOf } from "./support.ts";

const ignored = (condition: string): readonly string[] => found("ignored-field", ruleOf([condition]));

test("A count that has a field and no value does not look at the field", () => {
  expect(ignored("{ type: event_count, where: { type: login }, field: user, threshold: 3 }")).toEqual([
    '4:57 conditions.0.field: event_count counts what where matches and does not look at "user"; unique_count counts its values, field and value together stand for where',
  ]);
  expect(ignored("{ type: rate_change, where: { type: login }, field: user, factor: 3 }")).toHaveLength(1);
});

test("Field and value together are where, and other types look at their field", () => {
  expect(ignored("{ type: event_count, field: user, value: root }")).toEqual([]);
  expect(ignored("{ type: event_count, field: user, value: null }")).toEqual([]);
  expect(ignored("{ type: unique_count, where: { type: login }, field: user }")).toEqual([]);
});
