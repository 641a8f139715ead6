import { describe, expect, test } from "vitest";
import { MemoryStore } from "../../src/state/memory/memory-store.ts";
import { storeContract } from "../contracts/store-contract.ts";
import { change, entry, group } from "../contracts/store-samples.ts";
import { checkStoreProperty } from "./store-property.ts";

describe("the memory store", () => {
  storeContract(async () => {
    const store = new MemoryStore();
    return { store, other: store, empty: async () => store.empty(), close: () => store.close() };
  });

  test("a failover that loses the last writes takes window, offset and claim back together", async () => {
    const store = new MemoryStore();
    const state = store.partition(0);
    const { epoch } = await state.claim();
    const first = { epoch, token: "a", expectedOffset: 0, nextOffset: 1 };
    await state.apply(change({ ...first, groups: [group("g", { add: [entry(1)], expiry: 50 })] }));
    const replica = store.snapshot();
    const second = { epoch, token: "b", expectedOffset: 1, nextOffset: 2 };
    await state.apply(change({ ...second, groups: [group("g", { add: [entry(2)], expiry: 90 })] }));
    const lost = await state.claim();
    store.restore(replica);

    const third = change({ epoch, token: "c", expectedOffset: 2, nextOffset: 3 });
    await expect(state.apply(third)).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(state.apply({ ...third, epoch: lost.epoch })).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await state.due(60, 10)).toEqual([{ key: "g", at: 50 }]);
    const claim = await state.claim();
    expect(claim.offset).toBe(1);
    expect(claim.epoch).toBeGreaterThan(lost.epoch);
    expect(await state.load(["g"])).toEqual([{ entries: [entry(1)], open: null }]);
    expect(await store.partition(1).load(["g"])).toEqual([{ entries: [], open: null }]);
  });

  test("holds what a model holds, whatever owners do to it", async () => {
    await checkStoreProperty(() => {
      const store = new MemoryStore();
      const state = store.partition(0);
      return {
        owner: () => state,
        peek: async () => {
          const { offset, outbox } = state.snapshot();
          return { offset, outbox: [...outbox].map(([seq, body]) => ({ seq, body })) };
        },
        empty: async () => store.empty(),
        forgetScripts: async () => {},
      };
    }, 1_500);
  });
});
