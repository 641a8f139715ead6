import { expect, test } from "vitest";
import { found, ruleOf } from "./support.ts";

const code = "contradicting-thresholds";
const count = (operator: string, threshold: number) =>
  `{ type: event_count, where: { type: a, user: b }, operator: "${operator}", threshold: ${threshold} }`;

test("Two bounds of one count that leave no number", () => {
  expect(found(code, ruleOf([count(">=", 5), count("<", 3)]))).toEqual([
    "5:5 conditions.1: < 3 and ≥ 5 of the same can never hold together",
  ]);
  expect(found(code, ruleOf([count(">", 4), count("<", 5)]))).toHaveLength(1);
  expect(found(code, ruleOf([count(">=", 3), count("<=", 3)]))).toEqual([]);
});

test("The same count written in another order of keys", () => {
  const other = '{ where: { user: b, type: a }, threshold: 3, operator: "<", type: event_count }';
  expect(found(code, ruleOf([count(">=", 5), other]))).toHaveLength(1);
});

test("Bounds of different events, or joined by or, are no contradiction", () => {
  const other = '{ type: event_count, where: { type: c }, operator: "<", threshold: 3 }';
  expect(found(code, ruleOf([count(">=", 5), other]))).toEqual([]);
  const either = `id: a\nwindow: 5m\nmatch: x or y\nconditions:\n  x: ${count(">=", 5)}\n  y: ${count("<", 3)}\n`;
  expect(found(code, either)).toEqual([]);
});

test("A condition under not is the opposite", () => {
  const text = `id: a\nwindow: 5m\nmatch: x and not y\nconditions:\n  x: ${count(">=", 5)}\n  y: ${count(">=", 3)}\n`;
  expect(found(code, text)).toEqual(["6:3 conditions.y: < 3 and ≥ 5 of the same can never hold together"]);
});

test("Bounds that no one event meets", () => {
  const text = ruleOf([
    '{ type: threshold, field: cpu_usage, operator: "<", threshold: 50, where: { "cpu_usage|gt": 90 } }',
  ]);
  expect(found(code, text)).toEqual(["4:5 conditions.0: no cpu_usage is < 50 and > 90"]);
  const where = '{ type: event_count, where: { type: a, "cpu_usage|gt": 90, "cpu_usage|lte": 90 } }';
  expect(found(code, ruleOf([where]))).toEqual([
    "4:81 conditions.0.where.cpu_usage|lte: no cpu_usage is ≤ 90 and > 90",
  ]);
});
