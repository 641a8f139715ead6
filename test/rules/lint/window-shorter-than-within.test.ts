import { expect, test } from "vitest";
import { found, ruleOf } from "./support.ts";

const sequence = (within: string) =>
  ruleOf([`{ type: event_sequence, sequence: [a, b], within: ${within} }`]);

test("A hop longer than the window is told at its place", () => {
  expect(found("window-shorter-than-within", sequence("10m"))).toEqual([
    "4:55 conditions.0.within: a hop of 10m does not fit in the window of 5m",
  ]);
  expect(found("window-shorter-than-within", sequence("5m"))).toEqual([]);
});
