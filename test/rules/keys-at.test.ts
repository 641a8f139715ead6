import { expect, test } from "vitest";
import { conditionTypes } from "../../src/correlation/condition-types.ts";
import { keysAt } from "../../src/rules/keys-at.ts";
import { compileRules } from "../../src/rules/load-rules.ts";
import { ruleSchema } from "../../src/rules/rule-schema.ts";

test("Keys are found through lists, maps, defaults and alternatives", () => {
  expect(keysAt(ruleSchema, [])).toContain("conditions");
  expect(keysAt(ruleSchema, ["tests", 0, "expect", 3])).toContain("event_count");
  expect(keysAt(ruleSchema, ["tests", 0, "events", 0])).toEqual(["advance", "at", "severity", "repeat"]);
  expect(keysAt(ruleSchema, ["conditions", "named"])).toContain("type");
  expect(keysAt(ruleSchema, ["window", "nothing"])).toEqual([]);
});

function messageOf(text: string): string {
  try {
    compileRules([{ file: "a.yml", text }], { conditionTypes });
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

const condition = "{ type: event_count, where: { type: a } }";

test("An unknown key is told with its place and the key that was meant, at any depth", () => {
  const text = `id: a\nconditions: [${condition}]\ntests:\n  - name: n\n    evnts: []\n    events: []\n    expect: [{ atx: 1s, rul: a }]\n`;
  expect(messageOf(text).split("\n")).toEqual([
    'a.yml:5:5 unknown-key tests.0.evnts: "evnts" is no key here; did you mean "events"?',
    'a.yml:7:16 unknown-key tests.0.expect.0.atx: "atx" is no key here; did you mean "at"?',
    'a.yml:7:25 unknown-key tests.0.expect.0.rul: "rul" is no key here; did you mean "rule"?',
  ]);
});

test("Where no key is near, all that are known are told", () => {
  expect(messageOf("id: a\nconditions: [{ type: time_pattern, pattern: weekend, colour: red }]\n")).toBe(
    'a.yml:2:54 unknown-key conditions.0.colour: "colour" is no key here; known are type, name, where, value, pattern',
  );
});
