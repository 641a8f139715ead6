import { expect, test } from "vitest";
import { DueWindows } from "../../src/app/due-windows.ts";
import { MemoryStore } from "../../src/state/memory/memory-store.ts";
import type { GroupChange, PartitionState } from "../../src/state/store.ts";

/** So many windows, each due at a time of its own; and how windows go or stay. */
async function windows(
  count: number,
): Promise<{ readonly state: PartitionState; drop(keys: readonly string[]): Promise<void> }> {
  const state = new MemoryStore().partition(0);
  const { epoch } = await state.claim();
  let offset = 0;
  const apply = async (groups: readonly GroupChange[]): Promise<void> => {
    await state.apply({
      epoch,
      token: `t${offset}`,
      expectedOffset: offset,
      continues: false,
      nextOffset: offset + 1,
      meta: "{}",
      groups,
      outbox: [],
      outboxAcked: 0,
      seen: [],
      seenFloor: new Map(),
      live: new Map(),
    });
    offset += 1;
  };
  const change = (key: string, at: number | null): GroupChange => ({
    key,
    add: [],
    remove: [],
    trimBefore: null,
    open: null,
    deadline: at,
    expiry: at,
  });
  await apply(Array.from({ length: count }, (_, index) => change(`r@v:c=${index}`, index)));
  return { state, drop: (keys) => apply(keys.map((key) => change(key, null))) };
}

test("What stays due does not hide what is due behind it", async () => {
  const { state } = await windows(17_000);
  const due = new DueWindows(state);
  const seen = new Set<string>();
  let rounds = 0;
  for (let all = false; !all; rounds += 1) {
    const look = await due.look(20_000);
    for (const { key } of look.due) seen.add(key);
    all = look.all;
  }
  expect(seen.size).toBe(17_000);
  expect(rounds).toBeLessThan(10);
  expect((await due.look(20_001)).all).toBe(true);
});

test("What is done makes room for the rest, and no round is larger for it", async () => {
  const { state, drop } = await windows(17_000);
  const due = new DueWindows(state);
  const sizes: number[] = [];
  for (let all = false; !all; ) {
    const look = await due.look(20_000);
    sizes.push(look.due.length);
    await drop(look.due.map(({ key }) => key));
    all = look.all;
  }
  expect(sizes).toEqual([5_000, 5_000, 5_000, 2_000]);
});
