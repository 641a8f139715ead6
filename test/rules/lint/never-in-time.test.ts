import { expect, test } from "vitest";
import { found, ruleOf } from "./support.ts";

const code = "never-in-time";
const event = "{ type: event_count, where: { type: a } }";

test("A time pattern in which no instant falls", () => {
  const text = ruleOf([event, "{ type: time_pattern, pattern: { invert: true } }"]);
  expect(found(code, text)).toEqual([
    "5:27 conditions.1.pattern: no instant falls in this time pattern: the condition can never hold",
  ]);
});

test("Two time patterns that never meet", () => {
  const text = ruleOf([
    event,
    "{ type: time_pattern, pattern: weekend }",
    "{ type: time_pattern, pattern: business_hours }",
  ]);
  expect(found(code, text)).toHaveLength(1);
  expect(found(code, text)[0]).toMatch(/^6:5 conditions\.2: no instant falls in .* can never hold together$/);
});

test("A minute a week is enough", () => {
  const narrow =
    '{ type: time_pattern, pattern: { days: [sun], from: "23:58", to: "23:59", timezone: Asia/Kolkata } }';
  expect(found(code, ruleOf([event, narrow]))).toEqual([]);
});
