import { expect, test } from "vitest";
import { isAnchored, longestLiteral } from "../../../src/rules/lint/required-literal.ts";
import { found, ruleOf } from "./support.ts";

const code = "expensive-predicate";

test("A keyword with a wildcard in front", () => {
  expect(found(code, ruleOf(["{ type: event_count, where: [{ type: a }, '*secret'] }"]))).toEqual(
    [
      '4:47 conditions.0.where.1: "*secret" begins with a wildcard: a keyword is sought anywhere already, and this tries every place',
      "4:5 conditions.0: no type and no field that must be there: every event is asked",
    ].toSorted((a, b) => Number(a.split(":")[1]!.split(" ")[0]) - Number(b.split(":")[1]!.split(" ")[0])),
  );
});

test("A regular expression without anchor and literal", () => {
  expect(found(code, ruleOf(["{ type: pattern_match, field: file, pattern: '[0-9]+x?' }"]))).toEqual([
    '4:50 conditions.0.pattern: "[0-9]+x?" is not anchored and holds no literal text: each value is searched through',
  ]);
  expect(found(code, ruleOf(["{ type: pattern_match, field: file, pattern: '(minerd|xmrig)' }"]))).toEqual(
    [],
  );
});

test("Neither a type nor a field that must be there", () => {
  const every = ["4:5 conditions.0: no type and no field that must be there: every event is asked"];
  expect(found(code, ruleOf(["{ type: event_count, where: { 'user|neq': root } }"]))).toEqual(every);
  expect(found(code, ruleOf(["{ type: event_count, where: [secret, token] }"]))).toEqual(every);
  expect(found(code, ruleOf(["{ type: event_count, where: { user: root } }"]))).toEqual([]);
  expect(
    found(code, ruleOf(["{ type: event_count, where: [secret, token] }"], "where: { type: a }\n")),
  ).toEqual([]);
});

test.each([
  ["xmrig|minerd", "minerd"],
  ["\\d+", ""],
  ["[abc]+d?e", "e"],
  ["/etc/(passwd|shadow)", "passwd"],
  ["a\\.b", "a.b"],
  ["(?i)curl\\s+-k", "curl"],
  ["ab{0,3}c", "a"],
])("The literal of %s is %j", (pattern, literal) => {
  expect(longestLiteral(pattern)).toBe(literal);
});

test("Anchors", () => {
  expect(["^a", "(?i)^a", "a$", "\\Aa"].map(isAnchored)).toEqual([true, true, true, true]);
  expect(["a", "a\\$", "[^a]"].map(isAnchored)).toEqual([false, false, false]);
});
