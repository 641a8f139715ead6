import { expect, test } from "vitest";
import { timeOf } from "../../src/sources/time-of.ts";

test.each([
  ["1700000000", 1_700_000_000_000],
  [1_700_000_000, 1_700_000_000_000],
  [1_700_000_000.123, 1_700_000_000_123],
  ["1700000000.123", 1_700_000_000_123],
  ["1700000000123", 1_700_000_000_123],
  ["1700000000123999", 1_700_000_000_123],
  ["1461943101384000000", 1_461_943_101_384],
  ["1461943101383999999", 1_461_943_101_383],
  ["2023-11-14T22:13:20.1239Z", 1_700_000_000_123],
])("%s is a time", (given, wanted) => {
  expect(timeOf(given)).toBe(wanted);
});

test("a time of seconds keeps each of its milliseconds", () => {
  for (let ms = 0; ms < 1000; ms += 1) expect(timeOf(1_700_000_000 + ms / 1000)).toBe(1_700_000_000_000 + ms);
});

test.each([[""], ["x"], ["1"], [0], [-1], [null], [true], [["1700000000"]]])("%j is none", (given) => {
  expect(timeOf(given)).toBeNaN();
});
