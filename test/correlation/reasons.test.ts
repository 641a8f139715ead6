import { expect, test } from "vitest";
import { conditionTypes } from "../../src/correlation/condition-types.ts";
import { GroupWindow } from "../../src/correlation/group-window.ts";
import { reasons } from "../../src/correlation/satisfied.ts";
import { compileRules } from "../../src/rules/load-rules.ts";
import { marksOf } from "../../src/rules/rule-set.ts";
import { makeEvent } from "../events/make-event.ts";

const minute = 60_000;

/** Why the only condition does not hold at `t`, over events of [time, type, user]. */
function reasonAt(
  t: number,
  condition: string,
  events: readonly (readonly [number, string, string?])[],
): string | null {
  const text = `id: a\nwindow: 30m\ngroup_by: []\nconditions: [${condition}]\n`;
  const [rule] = compileRules([{ file: "a.yml", text }], { conditionTypes });
  const window = new GroupWindow(rule!, "*", { entries: [], open: null });
  for (const [timestamp, type, user = "ann"] of events) {
    const event = makeEvent({ user }, { id: `${timestamp}${type}`, timestamp, type });
    const marks = marksOf(rule!, event);
    if (marks !== null) {
      window.insert({ t: timestamp, id: event.id, type, container: null, origin: null, marks });
    }
  }
  return reasons(window, t)[0]!;
}

test("A hop that took too long is told with its length, the shortest there was", () => {
  const sequence = "{ type: event_sequence, sequence: [a, b], within: 5m }";
  expect(
    reasonAt(20 * minute, sequence, [
      [0, "a"],
      [310_000, "b"],
      [900_500, "b"],
    ]),
  ).toBe("step 2 (b) not reached: 00:05:10 > within 5m");
  expect(
    reasonAt(20 * minute, sequence, [
      [0, "a"],
      [60_000, "a"],
      [600_500, "b"],
    ]),
  ).toBe("step 2 (b) not reached: 00:09:00.500 > within 5m");
});

test("A step without an event, and one whose event came too early", () => {
  const sequence = "{ type: event_sequence, sequence: [a, b, c] }";
  expect(reasonAt(minute, sequence, [[minute, "b"]])).toBe(
    "step 1 (a) not reached: no such event in the window",
  );
  expect(
    reasonAt(minute, sequence, [
      [0, "c"],
      [1, "a"],
      [2, "b"],
    ]),
  ).toBe("step 3 (c) not reached: no such event after step 2 in the window");
});

test("A step of several types is named by them, another by what it asks", () => {
  const sequence =
    "{ type: event_sequence, sequence: [{ where: { type: [a, b], user: ann } }, { where: [{ type: c }, { user: bob }] }] }";
  expect(reasonAt(minute, sequence, [])).toBe("step 1 (a or b) not reached: no such event in the window");
  expect(reasonAt(minute, sequence, [[0, "a"]])).toBe(
    'step 2 (c or {"user":"bob"}) not reached: no such event after step 1 in the window',
  );
});

test("A forbidden event, and values that differ", () => {
  const forbids = "{ type: event_sequence, sequence: [a, { not: { where: { type: n } } }, b] }";
  expect(
    reasonAt(minute, forbids, [
      [0, "a"],
      [1, "n"],
      [2, "b"],
    ]),
  ).toBe("step 2 (b) not reached: n, which must not be there, came before it");
  const ends =
    "{ type: event_sequence, sequence: [a, { not: { where: { type: n } } }, b, c], until: { where: { type: stop } } }";
  expect(
    reasonAt(minute, ends, [
      [0, "a"],
      [1, "b"],
      [2, "n"],
      [3, "stop"],
      [4, "c"],
    ]),
  ).toBe("step 3 (c) not reached: stop, which must not be there, came before it");
  const trails = "{ type: event_sequence, sequence: [a, b, { not: { where: { type: n } } }] }";
  expect(
    reasonAt(minute, trails, [
      [0, "a"],
      [1, "b"],
      [2, "n"],
    ]),
  ).toBe("all steps reached, but n, which must not follow, did");
  expect(
    reasonAt(minute, trails, [
      [0, "a"],
      [2, "n"],
    ]),
  ).toBe("step 2 (b) not reached: no such event after step 1 in the window");
  const joins =
    "{ type: event_sequence, sequence: [{ where: { type: a }, by: [user] }, { where: { type: b }, by: [user] }] }";
  expect(
    reasonAt(minute, joins, [
      [0, "a", "ann"],
      [1, "b", "bob"],
    ]),
  ).toBe("step 2 (b) not reached: its events carry other values of by");
});

test("What holds needs no reason; where the value says it all there is none either", () => {
  expect(
    reasonAt(1, "{ type: event_sequence, sequence: [a, b] }", [
      [0, "a"],
      [1, "b"],
    ]),
  ).toBe(null);
  expect(reasonAt(1, "{ type: event_count, where: { type: a }, threshold: 3 }", [[0, "a"]])).toBe(null);
});

test("A young group says how old it is", () => {
  expect(
    reasonAt(90_000, "{ type: new_value, field: user }", [
      [0, "a"],
      [90_000, "a", "bob"],
    ]),
  ).toBe("the group is 1m30s old, warmup is 1d");
  expect(
    reasonAt(90_000, "{ type: rate_change, where: { type: a }, factor: 2 }", [
      [0, "a"],
      [90_000, "a"],
    ]),
  ).toBe("1m30s of history, needs 1h");
});
