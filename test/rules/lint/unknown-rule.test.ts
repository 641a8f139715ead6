import { expect, test } from "vitest";
import { found } from "./support.ts";

const scan = `id: many_scans
window: 5m
conditions: [{ type: event_count, where: { type: scan } }]
actions: [{ type: alert }, { emit: { type: alert.of_old } }]
`;
const reader = (conditions: string): string => `${scan}---
id: reader
window: 5m
conditions: [${conditions}]
`;

test("An alert that no rule raises is told at its place, with the one that may have been meant", () => {
  const where = "{ type: event_count, where: { type: [alert.many_scan, alert.other_rule] } }";
  expect(found("unknown-rule", reader(where))).toEqual([
    '8:51 conditions.0.where.type.0: no rule that is checked raises "alert.many_scan"; did you mean "alert.many_scans"?',
    '8:68 conditions.0.where.type.1: no rule that is checked raises "alert.other_rule"',
  ]);
  const sequence = "{ type: event_sequence, sequence: [login, alert.many_scan] }";
  expect(found("unknown-rule", reader(sequence))).toEqual([
    '8:56 conditions.0.sequence.1: no rule that is checked raises "alert.many_scan"; did you mean "alert.many_scans"?',
  ]);
});

test("Alerts of rules that are there, what they emit, and patterns are no matter", () => {
  const where = '{ type: event_count, where: { type: [Alert.many_scans, alert.of_old, "alert.*", alert] } }';
  expect(found("unknown-rule", reader(where))).toEqual([]);
});
