import { expect, test } from "vitest";
import { SensorDrops } from "../../src/correlation/sensor-drops.ts";

test("losses are known by time and node, kept small, and forgotten", () => {
  const drops = new SensorDrops();
  for (let second = 0; second < 600; second += 1) {
    drops.add({ node: "n1", first: second * 1_000, last: second * 1_000 });
  }
  expect(drops.records()).toHaveLength(10);
  expect(drops.within(0, 0, "n1")).toBe(true);
  expect(drops.within(0, 0, "n2")).toBe(false);
  expect(drops.within(0, 0, undefined)).toBe(true);
  expect(drops.within(600_000, 700_000, "n1")).toBe(false);
  drops.add({ node: null, first: 900_000, last: 900_000 });
  expect(drops.within(900_000, 900_000, "n2")).toBe(true);
  drops.forget(300_000);
  expect(drops.within(0, 299_999, "n1")).toBe(false);
  expect(new SensorDrops(drops.records()).records()).toEqual(drops.records());
});

test("there are at most two thousand, the newest", () => {
  const drops = new SensorDrops();
  for (let n = 0; n < 3_000; n += 1) drops.add({ node: `n${n}`, first: n * 60_000, last: n * 60_000 });
  expect(drops.records()).toHaveLength(2_000);
  expect(drops.within(0, 999 * 60_000, undefined)).toBe(false);
});
