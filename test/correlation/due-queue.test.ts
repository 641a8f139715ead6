import fc from "fast-check";
import { expect, test } from "vitest";
import { type DueItem, DueQueue } from "../../src/correlation/due-queue.ts";
import { keyOf } from "../../src/correlation/window-key.ts";

function drain(queue: DueQueue, time: number): readonly DueItem[] {
  const items: DueItem[] = [];
  for (let item = queue.popBefore(time); item !== undefined; item = queue.popBefore(time)) items.push(item);
  return items;
}

function inOrder(items: readonly DueItem[]): readonly DueItem[] {
  const after = (a: DueItem, b: DueItem) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0);
  return [...items].sort((a, b) => a.at - b.at || after(a, b));
}

const item = fc.record({
  at: fc.integer({ min: 0, max: 20 }),
  name: fc.constantFrom("r@1", "s@1"),
  group: fc.constantFrom("a", "b", "c", "d"),
});

test("items come out by time, then key, and only those strictly before the time", () => {
  const queue = new DueQueue();
  for (const [at, group] of [
    [5, "b"],
    [3, "z"],
    [5, "a"],
    [7, "c"],
  ] as const)
    queue.push({ at, name: "r@1", group });
  expect(drain(queue, 7).map(({ group }) => group)).toEqual(["z", "a", "b"]);
  expect(queue.size).toBe(1);
  expect(drain(queue, 7)).toEqual([]);
  expect(drain(queue, 7.5).map(({ group }) => group)).toEqual(["c"]);
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
        queue.prune(({ group }) => group !== gone);
        const kept = inOrder(items.filter(({ group }) => group !== gone));
        expect(queue.size).toBe(kept.length);
        expect(drain(queue, time)).toEqual(kept.filter(({ at }) => at < time));
        expect(queue.size).toBe(kept.filter(({ at }) => at >= time).length);
      },
    ),
  );
});
