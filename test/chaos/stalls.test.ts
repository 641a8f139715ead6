import { expect, test } from "vitest";
import { Stalls } from "./stalls.ts";

const at = (partition: number, offset: number) => new Map([[partition, offset]]);

test("a partition that commits on at each look never stands still", () => {
  const stalls = new Stalls();
  for (let look = 0; look < 10; look += 1) stalls.look(look * 250, at(0, look), at(0, 100));
  expect(stalls.all()).toEqual([]);
});

test("a partition at its end does not stand still, however long nothing comes", () => {
  const stalls = new Stalls();
  stalls.look(0, at(0, 7), at(0, 7));
  stalls.look(60_000, at(0, 7), at(0, 7));
  expect(stalls.all()).toEqual([]);
});

test("a stall lasts from the last look at which it moved to the one at which it has moved on", () => {
  const stalls = new Stalls();
  stalls.look(0, at(3, 5), at(3, 9));
  stalls.look(250, at(3, 6), at(3, 9));
  stalls.look(500, at(3, 6), at(3, 9));
  stalls.look(4_000, at(3, 6), at(3, 12));
  stalls.look(4_250, at(3, 8), at(3, 12));
  expect(stalls.all()).toEqual([{ partition: 3, from: 250, to: 4_250 }]);
});

test("one that begins after a rest counts from the end of the rest", () => {
  const stalls = new Stalls();
  stalls.look(0, at(0, 7), at(0, 7));
  stalls.look(10_000, at(0, 7), at(0, 7));
  stalls.look(12_000, at(0, 7), at(0, 8));
  expect(stalls.all()).toEqual([{ partition: 0, from: 10_000, to: 12_000 }]);
});

test("nothing committed yet is a stall as soon as something is there", () => {
  const stalls = new Stalls();
  stalls.look(0, at(0, -1), at(0, 0));
  stalls.look(1_000, at(0, -1), at(0, 4));
  stalls.look(3_000, new Map(), at(0, 4));
  expect(stalls.all()).toEqual([{ partition: 0, from: 0, to: 3_000 }]);
});

test("a commit that goes back is no progress", () => {
  const stalls = new Stalls();
  stalls.look(0, at(0, 5), at(0, 9));
  stalls.look(1_000, at(0, 3), at(0, 9));
  stalls.look(2_000, at(0, 5), at(0, 9));
  expect(stalls.all()).toEqual([{ partition: 0, from: 0, to: 2_000 }]);
});
