/**
 * What the correlator relies on in a state store, one test a sentence of src/state/store.ts.
 * `open` gives a fresh, empty store; `empty` makes a store forget everything, as a lost server does.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ClaimLost } from "../../src/errors.ts";
import type { PartitionState, StateStore, WindowEntry } from "../../src/state/store.ts";
import { change, entry, group, hostileKeys, seen } from "./store-samples.ts";

export interface StoreUnderTest<S extends StateStore = StateStore> {
  readonly store: S;
  /** A second client of the same state; for one process's memory the same object. */
  readonly other: StateStore;
  empty(): Promise<void>;
  close(): Promise<void>;
}

export function storeContract(open: () => Promise<StoreUnderTest>): void {
  let subject: StoreUnderTest;
  let state: PartitionState;

  beforeEach(async () => {
    subject = await open();
    state = subject.store.partition(3);
  });
  afterEach(() => subject.close());

  /** Claims and applies one change, so that there is something to conflict with. */
  async function claimed(first: Parameters<typeof change>[0] = {}): Promise<number> {
    const { epoch } = await state.claim();
    await state.apply(change({ epoch, token: "first", expectedOffset: 0, nextOffset: 10, ...first }));
    return epoch;
  }

  async function entriesOf(key: string): Promise<readonly WindowEntry[]> {
    const [loaded] = await state.load([key]);
    return loaded!.entries;
  }

  describe("claim", () => {
    test("of an unknown partition gives neither offset nor meta", async () => {
      const claim = await state.claim();
      expect(claim).toMatchObject({ offset: null, meta: null, outbox: [], seen: [] });
      expect(claim.epoch).toBeGreaterThan(0);
    });

    test("gives back the last offset, meta, outbox and seen records", async () => {
      const records = [seen(0, 5, "0/container=a"), seen(0, 6, "0/container=a"), seen(2, 5, "1/x:y")];
      const outbox = [
        { seq: 1, body: '{"a":1}' },
        { seq: 2, body: '{"a":1}' },
      ];
      await claimed({ meta: '{"watermark":7}', outbox, seen: records });
      const claim = await subject.other.partition(3).claim();
      expect(claim).toMatchObject({ offset: 10, meta: '{"watermark":7}', outbox });
      expect(claim.seen).toEqual(records);
    });

    test("raises the epoch every time", async () => {
      const first = await state.claim();
      const second = await subject.other.partition(3).claim();
      expect(second.epoch).toBeGreaterThan(first.epoch);
    });

    test("fences every older claim", async () => {
      const epoch = await claimed();
      const newer = await subject.other.partition(3).claim();
      const stale = change({ epoch, token: "stale", expectedOffset: 10, nextOffset: 11 });
      await expect(state.apply(stale)).rejects.toMatchObject({ name: "ClaimLost", code: "FENCED" });
      await expect(state.trim(epoch, 1_000_000, 10)).rejects.toMatchObject({ code: "FENCED" });
      await subject.other.partition(3).apply({ ...stale, epoch: newer.epoch });
    });

    test("fences what is asked under an older claim, and one that the store has forgotten", async () => {
      const group1 = group("r@1:a", { add: [entry(1)], deadline: 5, expiry: 9 });
      const epoch = await claimed({ groups: [group1] });
      const asked = async (under: number): Promise<readonly number[]> => [
        (await state.load(["r@1:a"], under))[0]!.entries.length,
        (await state.due(100, 10, under)).length,
        (await state.expiring(0, 10, under)).length,
      ];
      expect(await asked(epoch)).toEqual([1, 1, 1]);
      const newer = await subject.other.partition(3).claim();
      expect(await asked(newer.epoch)).toEqual([1, 1, 1]);
      await expect(state.load(["r@1:a"], epoch)).rejects.toMatchObject({ code: "FENCED" });
      await expect(state.due(100, 10, epoch)).rejects.toMatchObject({ code: "FENCED" });
      await expect(state.expiring(0, 10, epoch)).rejects.toMatchObject({ code: "FENCED" });
      await subject.empty();
      await expect(state.load(["r@1:a"], newer.epoch)).rejects.toMatchObject({ code: "CONFLICT" });
      await expect(state.due(100, 10, newer.epoch)).rejects.toMatchObject({ code: "CONFLICT" });
    });

    test("concerns its partition only", async () => {
      const epoch = await claimed();
      const neighbour = await subject.store.partition(4).claim();
      expect(neighbour.offset).toBeNull();
      await state.apply(change({ epoch, token: "b", expectedOffset: 10, nextOffset: 11 }));
    });

    test("gives the outbox in order of seq, beyond nine", async () => {
      const outbox = Array.from({ length: 25 }, (_, i) => ({ seq: i + 1, body: `body ${25 - i}` }));
      await claimed({ outbox });
      expect((await state.claim()).outbox).toEqual(outbox);
    });
  });

  describe("apply", () => {
    test("refuses an offset that is not the stored one and changes nothing", async () => {
      const epoch = await claimed({ groups: [group("g", { add: [entry(1)] })] });
      const wrong = change({
        epoch,
        token: "wrong",
        expectedOffset: 9,
        nextOffset: 12,
        groups: [group("g", { add: [entry(2)], open: "{}" }), group("h", { add: [entry(3)] })],
        outbox: [{ seq: 1, body: "x" }],
        seen: [seen(0, 1)],
      });
      await expect(state.apply(wrong)).rejects.toMatchObject({ code: "CONFLICT" });
      expect(await state.load(["g", "h"])).toEqual([
        { entries: [entry(1)], open: null },
        { entries: [], open: null },
      ]);
      expect(await state.size()).toEqual({ groups: 1, open: 0, outbox: 0 });
      expect(await state.claim()).toMatchObject({ offset: 10, outbox: [], seen: [] });
    });

    test("accepts any offset while there is none", async () => {
      const { epoch } = await state.claim();
      await state.apply(change({ epoch, token: "a", expectedOffset: 4711, nextOffset: 4712 }));
      expect((await state.claim()).offset).toBe(4712);
    });

    test("is refused where there is no offset, though there must be one", async () => {
      const { epoch } = await state.claim();
      const second = change({ epoch, token: "b", expectedOffset: 1, nextOffset: 2, continues: true });
      await expect(state.apply(second)).rejects.toMatchObject({ code: "CONFLICT" });
      expect(await state.claim()).toMatchObject({ offset: null, meta: null });
    });

    test("is refused before any claim", async () => {
      const unclaimed = change({ epoch: 1, token: "a", expectedOffset: 0, nextOffset: 1 });
      await expect(state.apply(unclaimed)).rejects.toMatchObject({ code: "CONFLICT" });
    });

    test("does nothing the second time under one token", async () => {
      const { epoch } = await state.claim();
      const once = change({ epoch, token: "a", expectedOffset: 0, nextOffset: 1, meta: "m1" });
      await state.apply(once);
      await state.apply({ ...once, meta: "m2", groups: [group("g", { add: [entry(1)] })] });
      expect((await state.claim()).meta).toBe("m1");
      expect(await entriesOf("g")).toEqual([]);
    });

    test("does nothing when an older change arrives again after a newer one", async () => {
      const { epoch } = await state.claim();
      const older = change({
        epoch,
        token: "a",
        expectedOffset: 0,
        nextOffset: 1,
        groups: [group("g", { add: [entry(1)] })],
      });
      await state.apply(older);
      await state.apply(
        change({
          epoch,
          token: "b",
          expectedOffset: 1,
          nextOffset: 2,
          groups: [group("g", { expiry: null })],
        }),
      );
      await expect(state.apply(older)).rejects.toMatchObject({ code: "CONFLICT" });
      expect(await entriesOf("g")).toEqual([]);
    });

    test("does nothing when an older change arrives again that left the offset where it is", async () => {
      const epoch = await claimed({ outbox: [{ seq: 1, body: "x" }] });
      const still = { epoch, expectedOffset: 10, nextOffset: 10 };
      const older = change({ ...still, token: "a", meta: "m1", outbox: [{ seq: 2, body: "y" }] });
      await state.apply(older);
      await state.apply(change({ ...still, token: "b", meta: "m2", outboxAcked: 2 }));
      await state.apply(older);
      expect(await state.claim()).toMatchObject({ meta: "m2", outbox: [], offset: 10 });
    });

    test("goes on under a newer claim", async () => {
      await claimed();
      const { epoch, offset } = await state.claim();
      await state.apply(change({ epoch, token: "b", expectedOffset: offset!, nextOffset: 20 }));
      expect((await state.claim()).offset).toBe(20);
    });

    test("clears the outbox up to what is acknowledged", async () => {
      const bodies = [1, 2, 3].map((seq) => ({ seq, body: `b${seq}` }));
      const epoch = await claimed({ outbox: bodies });
      await state.apply(
        change({
          epoch,
          token: "b",
          expectedOffset: 10,
          nextOffset: 11,
          outboxAcked: 2,
          outbox: [{ seq: 4, body: "b4" }],
        }),
      );
      expect((await state.claim()).outbox).toEqual([bodies[2], { seq: 4, body: "b4" }]);
    });

    test("replaces an outbox record that is still there under its seq", async () => {
      const before = [1, 2, 3].map((seq) => ({ seq, body: `b${seq}` }));
      const epoch = await claimed({ outbox: before });
      const outbox = [
        { seq: 2, body: "new" },
        { seq: 3, body: "b3" },
      ];
      await state.apply(change({ epoch, token: "b", expectedOffset: 10, nextOffset: 11, outbox }));
      expect((await state.claim()).outbox).toEqual([before[0], ...outbox]);
    });

    test("refuses two changes of one group, whose order nobody promises", async () => {
      const { epoch } = await state.claim();
      const groups = [group("g", { add: [entry(1)] }), group("g", { expiry: null })];
      const twice = change({ epoch, token: "a", expectedOffset: 0, nextOffset: 1, groups });
      await expect(state.apply(twice)).rejects.toThrow(RangeError);
    });

    test("forgets seen records below the floor of their raw partition only", async () => {
      const epoch = await claimed({ seen: [seen(0, 5), seen(0, 7), seen(1, 5)] });
      const floors = {
        expectedOffset: 10,
        nextOffset: 11,
        seenFloor: new Map([
          [0, 7],
          [9, 1],
        ]),
      };
      await state.apply(change({ epoch, token: "b", ...floors, seen: [seen(0, 6), seen(0, 8)] }));
      const claim = await state.claim();
      expect(claim.seen).toEqual([seen(0, 7), seen(0, 8), seen(1, 5)]);
      const rest = {
        expectedOffset: 11,
        nextOffset: 12,
        seenFloor: new Map([
          [0, 100],
          [1, 100],
        ]),
      };
      await state.apply(change({ epoch: claim.epoch, token: "c", ...rest }));
      expect((await state.claim()).seen).toEqual([]);
    });

    test("refuses numbers that no store can keep", async () => {
      const { epoch } = await state.claim();
      const at = { epoch, token: "a", expectedOffset: 0, nextOffset: 1 };
      for (const t of [Number.POSITIVE_INFINITY, Number.NaN, 2 ** 60]) {
        const bad = change({ ...at, groups: [group("g", { add: [entry(1, { t })] })] });
        await expect(state.apply(bad)).rejects.toThrow(RangeError);
      }
      await expect(state.apply(change({ ...at, nextOffset: 2 ** 54 }))).rejects.toThrow(RangeError);
      await expect(state.apply(change({ ...at, token: "" }))).rejects.toThrow(RangeError);
      expect(await state.size()).toEqual({ groups: 0, open: 0, outbox: 0 });
    });
  });

  describe("windows", () => {
    test("come back in order of time and id, whatever the order of arrival", async () => {
      const ids = ["b", "a!", "a", "A", "é", "a b"];
      const entries = ids.flatMap((id) => [entry(2, { id: `${id}2` }), entry(1, { id })]);
      await claimed({ groups: [group("g", { add: entries })] });
      const expected = entries.toSorted((x, y) => x.t - y.t || (x.id < y.id ? -1 : 1));
      expect(await entriesOf("g")).toEqual(expected);
    });

    test("keep every field of an entry", async () => {
      const odd = [
        entry(1, { origin: null, container: null, marks: [] }),
        entry(2, { marks: [null, 1, 2.5, "text", ["a", "b"], []], type: 'quo"te' }),
        entry(3, { id: "sp ace{brace}:\n\u2028日本語🐂", container: "" }),
        entry(-5, { origin: [7, 2 ** 50, 3] }),
      ];
      await claimed({ groups: [group("g", { add: odd })] });
      expect(await entriesOf("g")).toEqual(odd.toSorted((a, b) => a.t - b.t));
    });

    test("of groups never seen are empty, in the order asked", async () => {
      await claimed({ groups: [group("g", { add: [entry(1)], open: "o" })] });
      const empty = { entries: [], open: null };
      expect(await state.load(["x", "g", "y"])).toEqual([empty, { entries: [entry(1)], open: "o" }, empty]);
      expect(await state.load([])).toEqual([]);
    });

    test("hold an entry once, however often it is added", async () => {
      const epoch = await claimed({ groups: [group("g", { add: [entry(1), entry(1)] })] });
      await state.apply(
        change({
          epoch,
          token: "b",
          expectedOffset: 10,
          nextOffset: 11,
          groups: [group("g", { add: [entry(1), entry(2)] })],
        }),
      );
      expect(await entriesOf("g")).toEqual([entry(1), entry(2)]);
    });

    test("lose what is removed and what is older than trimBefore, strictly", async () => {
      const epoch = await claimed({
        groups: [group("g", { add: [1, 2, 3, 4, 5].map((t) => entry(t)) }), group("h", { add: [entry(1)] })],
      });
      const next = { epoch, token: "b", expectedOffset: 10, nextOffset: 11 };
      const cut = group("g", { add: [entry(0), entry(6)], remove: [entry(4), entry(99)], trimBefore: 3 });
      await state.apply(change({ ...next, groups: [cut] }));
      expect(await entriesOf("g")).toEqual([entry(3), entry(5), entry(6)]);
      expect(await entriesOf("h")).toEqual([entry(1)]);
    });

    test("are dropped with all they hold when the expiry is null", async () => {
      const epoch = await claimed({ groups: [group("g", { add: [entry(1)], open: "o", deadline: 5 })] });
      const next = { epoch, token: "b", expectedOffset: 10, nextOffset: 11 };
      await state.apply(
        change({ ...next, groups: [group("g", { add: [entry(2)], open: "p", deadline: 9, expiry: null })] }),
      );
      expect(await state.load(["g"])).toEqual([{ entries: [], open: null }]);
      expect(await state.due(1e15, 10)).toEqual([]);
      expect(await state.size()).toEqual({ groups: 0, open: 0, outbox: 0 });
    });

    test("replace the judge's record, or lose it", async () => {
      const epoch = await claimed({ groups: [group("g", { open: "o1" }), group("h", { open: "o2" })] });
      const next = { epoch, token: "b", expectedOffset: 10, nextOffset: 11 };
      await state.apply(
        change({ ...next, groups: [group("g", { open: "o3" }), group("h", { open: null })] }),
      );
      expect((await state.load(["g", "h"])).map(({ open }) => open)).toEqual(["o3", null]);
      expect(await state.size()).toEqual({ groups: 2, open: 1, outbox: 0 });
    });

    test("are told apart by any key", async () => {
      await claimed({
        groups: hostileKeys.map((key, i) => group(key, { add: [entry(i)], open: `open ${i}`, deadline: i })),
      });
      const expected = hostileKeys.map((_, i) => ({ entries: [entry(i)], open: `open ${i}` }));
      expect(await state.load(hostileKeys)).toEqual(expected);
      expect(await state.due(1000, 100)).toEqual(hostileKeys.map((key, at) => ({ key, at })));
      expect((await subject.store.partition(33).load(hostileKeys)).every(({ open }) => open === null)).toBe(
        true,
      );
    });

    test("take thousands of entries and groups in one change", async () => {
      const many = Array.from({ length: 5000 }, (_, i) => entry(i));
      const groups = Array.from({ length: 2500 }, (_, i) =>
        group(`g${i}`, { add: [entry(i)], open: `${i}`, deadline: i, expiry: 10_000 + i }),
      );
      const records = Array.from({ length: 3000 }, (_, i) => seen(i % 3, i));
      const outbox = Array.from({ length: 1500 }, (_, i) => ({ seq: i + 1, body: `b${i}` }));
      const epoch = await claimed({
        groups: [group("big", { add: many }), ...groups],
        seen: records,
        outbox,
      });
      expect(await entriesOf("big")).toEqual(many);
      expect(await state.size()).toEqual({ groups: 2501, open: 2500, outbox: 1500 });
      const next = { epoch, token: "b", expectedOffset: 10, nextOffset: 11, outboxAcked: 1499 };
      const shrink = groups.map(({ key }, i) => group(key, { expiry: i % 2 ? null : 10_000 }));
      const kept = group("big", { remove: many.slice(0, 4999) });
      await state.apply(change({ ...next, groups: [kept, ...shrink], seenFloor: new Map([[0, 2997]]) }));
      expect(await entriesOf("big")).toEqual([many[4999]]);
      expect(await state.size()).toEqual({ groups: 1251, open: 0, outbox: 1 });
      expect((await state.claim()).seen).toHaveLength(2001);
    });

    test("take big values", async () => {
      const text = "é🐂".repeat(200_000);
      const big = entry(1, { marks: [text] });
      await claimed({
        meta: text,
        groups: [group("g", { add: [big], open: text })],
        outbox: [{ seq: 1, body: text }],
      });
      expect(await state.load(["g"])).toEqual([{ entries: [big], open: text }]);
      expect(await state.claim()).toMatchObject({ meta: text, outbox: [{ seq: 1, body: text }] });
    });
  });

  describe("due", () => {
    beforeEach(async () => {
      await claimed({
        groups: [
          group("both", { deadline: 300, expiry: 200 }),
          group("deadline", { deadline: 100, expiry: 5000 }),
          group("expiry", { expiry: 150 }),
          group("late", { deadline: 5000, expiry: 6000 }),
        ],
      });
    });

    test("gives each group once with its smallest time, earliest first", async () => {
      expect(await state.due(5000, 10)).toEqual([
        { key: "deadline", at: 100 },
        { key: "expiry", at: 150 },
        { key: "both", at: 200 },
      ]);
    });

    test("is strict: a group is not due at its time", async () => {
      expect(await state.due(100, 10)).toEqual([]);
      expect(await state.due(101, 10)).toEqual([{ key: "deadline", at: 100 }]);
    });

    test("gives no more than the limit", async () => {
      expect((await state.due(1e15, 2)).map(({ key }) => key)).toEqual(["deadline", "expiry"]);
      expect(await state.due(1e15, 0)).toEqual([]);
      expect(await state.due(1e15, 100)).toHaveLength(4);
    });

    test("follows when a time moves or goes", async () => {
      const { epoch } = await state.claim();
      const groups = [
        group("deadline", { deadline: null, expiry: 400 }),
        group("expiry", { deadline: 120, expiry: 150 }),
      ];
      await state.apply(change({ epoch, token: "b", expectedOffset: 10, nextOffset: 11, groups }));
      expect(await state.due(1000, 10)).toEqual([
        { key: "expiry", at: 120 },
        { key: "both", at: 200 },
        { key: "deadline", at: 400 },
      ]);
    });
  });

  describe("live groups", () => {
    test("are counted as applied, and claimed; what is refused changes nothing", async () => {
      const names = ["rule@1", "日本語🐂@2", "x".repeat(300)];
      const epoch = await claimed({ live: new Map(names.map((name, index) => [name, index + 1])) });
      const next = { epoch, token: "b", expectedOffset: 10, nextOffset: 11 };
      await state.apply(change({ ...next, live: new Map([[names[0]!, 0]]) }));
      const wrong = change({ ...next, token: "wrong", expectedOffset: 9, live: new Map([[names[1]!, 99]]) });
      await expect(state.apply(wrong)).rejects.toBeInstanceOf(ClaimLost);
      const { live } = await subject.other.partition(3).claim();
      expect(live).toEqual(
        new Map([
          [names[1], 2],
          [names[2], 3],
        ]),
      );
      await subject.empty();
      expect((await state.claim()).live).toEqual(new Map());
    });

    test("refuse a number that is no count", async () => {
      const epoch = await claimed();
      const next = change({ epoch, token: "b", expectedOffset: 10, nextOffset: 11 });
      await expect(state.apply({ ...next, live: new Map([["r@1", -1]]) })).rejects.toBeInstanceOf(RangeError);
    });

    test("are told in order of expiry, after a time, no more than the limit", async () => {
      await claimed({
        groups: [3, 1, 2, 5, 4].map((expiry) => group(`g${expiry}`, { add: [entry(1)], expiry })),
      });
      const told = async (time: number, limit: number) =>
        (await state.expiring(time, limit)).map(({ key, at }) => `${key} ${at}`);
      expect(await told(Number.NEGATIVE_INFINITY, 10)).toEqual(["g1 1", "g2 2", "g3 3", "g4 4", "g5 5"]);
      expect(await told(2, 2)).toEqual(["g3 3", "g4 4"]);
      expect(await told(5, 10)).toEqual([]);
      expect(await told(0, 0)).toEqual([]);
    });
  });

  describe("trim", () => {
    test("counts down what it drops", async () => {
      const epoch = await claimed({
        groups: ["a@1:x", "a@1:y", "b@1:x"].map((key) => group(key, { add: [entry(1)], expiry: 99 })),
        live: new Map([
          ["a@1", 3],
          ["b@1", 1],
        ]),
      });
      expect(await state.trim(epoch, 100, 10)).toBe(3);
      expect((await state.claim()).live).toEqual(new Map([["a@1", 1]]));
    });

    test("drops only what has expired strictly before and has nothing left to decide", async () => {
      const epoch = await claimed({
        groups: [
          group("gone", { add: [entry(1)], expiry: 99 }),
          group("open", { add: [entry(1)], expiry: 99, open: "o" }),
          group("waits", { add: [entry(1)], expiry: 99, deadline: 99 }),
          group("edge", { add: [entry(1)], expiry: 100 }),
        ],
      });
      expect(await state.trim(epoch, 100, 10)).toBe(1);
      const left = await state.load(["gone", "open", "waits", "edge"]);
      expect(left.map(({ entries }) => entries.length)).toEqual([0, 1, 1, 1]);
      expect(await state.size()).toMatchObject({ groups: 3, open: 1 });
      expect(await state.trim(epoch, 100, 10)).toBe(0);
    });

    test("drops no more than the limit, and gets past what it must leave", async () => {
      const kept = Array.from({ length: 700 }, (_, i) => group(`open${i}`, { expiry: 1, open: "o" }));
      const gone = Array.from({ length: 1200 }, (_, i) => group(`gone${i}`, { add: [entry(1)], expiry: 2 }));
      const epoch = await claimed({ groups: [...kept, ...gone] });
      expect(await state.trim(epoch, 100, 0)).toBe(0);
      expect(await state.trim(epoch, 100, 50)).toBe(50);
      expect(await state.trim(epoch, 100, 5000)).toBe(1150);
      expect(await state.size()).toMatchObject({ groups: 700, open: 700 });
    });

    test("leaves offset and meta alone", async () => {
      const epoch = await claimed({ meta: "m", groups: [group("g", { add: [entry(1)], expiry: 1 })] });
      await state.trim(epoch, 100, 10);
      expect(await state.claim()).toMatchObject({ offset: 10, meta: "m" });
    });
  });

  describe("an emptied store", () => {
    test("refuses the owner that it forgot, until it claims again", async () => {
      const epoch = await claimed();
      await subject.empty();
      const next = change({ epoch, token: "b", expectedOffset: 10, nextOffset: 11 });
      const error = await state.apply(next).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ClaimLost);
      expect(error).toMatchObject({ code: "CONFLICT" });
      await expect(state.trim(epoch, 100, 1)).rejects.toMatchObject({ code: "CONFLICT" });
      const claim = await state.claim();
      expect(claim).toMatchObject({ offset: null, meta: null });
      await state.apply({ ...next, epoch: claim.epoch });
    });

    test("never issues an epoch that someone may still hold", async () => {
      const before = await state.claim();
      await subject.empty();
      const after = await subject.other.partition(3).claim();
      expect(after.epoch).toBeGreaterThan(before.epoch);
      const zombie = change({ epoch: before.epoch, token: "b", expectedOffset: 0, nextOffset: 1 });
      await expect(state.apply(zombie)).rejects.toMatchObject({ code: "FENCED" });
    });
  });

  test("recordOnce keeps the first number for everyone", async () => {
    expect(await subject.store.recordOnce("partitions", 12)).toBe(12);
    expect(await subject.other.recordOnce("partitions", 16)).toBe(12);
    expect(await subject.store.recordOnce("other", 16)).toBe(16);
  });
}
