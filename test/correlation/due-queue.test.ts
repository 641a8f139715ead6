import fc from "fast-check";
import { expect, test } from "vitest";
import { type DueItem, DueQueue } from "../../src/correlation/due-queue.ts";

function drain(queue: DueQueue, time: number): readonly DueItem[] {
  const items: DueItem[] = [];
  for (let item = queue.popBefore(time); item !== undefined; item = queue.popBefore(time)) items.push(item);
  return items;
}

function inOrder(items: readonly DueItem[]): readonly DueItem[] {
  return [...items].sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

const item = fc.record({ at: fc.integer({ min: 0, max: 20 }), key: fc.constantFrom("a", "b", "c", "d") });

test("items come out by time, then key, and only those strictly before the time", () => {
  const queue = new DueQueue();
  for (const [at, key] of [
    [5, "b"],
    [3, "z"],
    [5, "a"],
    [7, "c"],
  ] as const)
    queue.push({ at, key });
  expect(drain(queue, 7).map(({ key }) => key)).toEqual(["z", "a", "b"]);
  expect(queue.size).toBe(1);
  expect(drain(queue, 7)).toEqual([]);
  expect(drain(queue, 7.5).map(({ key }) => key)).toEqual(["c"]);
});

test("it gives what a sorted list gives, pruned or not", () => {
  fc.assert(
    fc.property(
      fc.array(item),
      fc.integer({ min: 0, max: 21 }),
      fc.constantFrom("", "a", "b"),
      (items, time, gone) => {
        const queue = new DueQueue();
        for (const each of items) queue.push(each);
        queue.prune(({ key }) => key !== gone);
        const kept = inOrder(items.filter(({ key }) => key !== gone));
        expect(queue.size).toBe(kept.length);
        expect(drain(queue, time)).toEqual(kept.filter(({ at }) => at < time));
        expect(queue.size).toBe(kept.filter(({ at }) => at >= time).length);
      },
    ),
  );
});
