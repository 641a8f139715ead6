import { expect, test } from "vitest";
import { found, ruleOf } from "./support.ts";

const condition = "{ type: event_count, where: { type: x } }";
const fires = "  - { name: f, events: [{ at: 0s, type: x, container_id: c }], expect: [{ at: 0s }] }\n";
const silent = "  - { name: s, events: [], expect: [] }\n";

test("A rule without tests, with one kind only, with both", () => {
  const none = '1:5 id: "a" has no test in which it fires and no test in which it stays silent';
  expect(found("untested", ruleOf([condition]))).toEqual([none]);
  expect(found("untested", ruleOf([condition], `tests:\n${fires}`))).toEqual([
    '1:5 id: "a" has no test in which it stays silent',
  ]);
  expect(found("untested", ruleOf([condition], `tests:\n${silent}`))).toEqual([
    '1:5 id: "a" has no test in which it fires',
  ]);
  expect(found("untested", ruleOf([condition], `tests:\n${fires}${silent}`))).toEqual([]);
});

test("Tests of one document count for the others of its file, by the rule that they expect", () => {
  const other = `---\nid: b\nconditions: [${condition}]\ntests:\n  - name: only a\n    events: []\n    expect: [{ rule: a }]\n${silent}`;
  expect(found("untested", ruleOf([condition]) + other)).toEqual([
    '6:5 id: "b" has no test in which it fires',
  ]);
});

test("A rule that alerts nobody, or is switched off, needs none", () => {
  expect(found("untested", ruleOf([condition], "enabled: false\n"))).toEqual([]);
  expect(found("untested", ruleOf([condition], "actions: [{ emit: { type: y } }]\n"))).toEqual([]);
});
