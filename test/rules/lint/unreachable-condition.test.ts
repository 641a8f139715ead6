import { expect, test } from "vitest";
import { found, ruleOf } from "./support.ts";

const code = "unreachable-condition";
const never = "no event can match: the types it asks for exclude each other";

test("Types of the rule and of a condition that exclude each other", () => {
  const text = ruleOf(["{ type: event_count, where: { type: exec } }"], "where: { type: login }\n");
  expect(found(code, text)).toEqual([`4:26 conditions.0.where: ${never}`]);
});

test("A step of a sequence that the rule's own where excludes", () => {
  const text = ruleOf(
    ["{ type: event_sequence, sequence: [login, exec] }"],
    "where: { type: [exec, open] }\n",
  );
  expect(found(code, text)).toEqual([`4:40 conditions.0.sequence.0: ${never}`]);
});

test("A count below zero", () => {
  expect(
    found(code, ruleOf(['{ type: event_count, where: { type: a }, operator: "<", threshold: 0 }'])),
  ).toEqual(["4:5 conditions.0: no count is < 0"]);
});

test("More events than a group keeps", () => {
  const rule = (threshold: number) =>
    ruleOf([`{ type: event_count, where: { type: a }, threshold: ${threshold} }`]);
  expect(found(code, rule(101), 100)).toEqual([
    "4:5 conditions.0: ≥ 101 needs 101 events: a group keeps 100 (state.max_events)",
  ]);
  expect(found(code, rule(100), 100)).toEqual([]);
});

test("What can hold is left alone", () => {
  const text = ruleOf(
    ["{ type: event_count, where: { type: [login, exec] } }", "{ type: time_pattern, pattern: weekend }"],
    "where: { type: login }\n",
  );
  expect(found(code, text)).toEqual([]);
});
