import { describe, expect, test } from "vitest";
import {
  type RawPartitionProgress,
  type RawPosition,
  RawProgress,
} from "../../src/correlation/raw-progress.ts";

const fresh = () => new RawProgress(null, []);

function progress(partition: number, time: number | null, offset: number): RawPartitionProgress {
  return { partition, time, offset, at_end: false };
}

/** A record of raw partition 0. */
function at(offset: number, rest: Partial<RawPosition> = {}): RawPosition {
  return { partition: 0, offset, index: 0, broker_time: 1_000 + offset, ...rest };
}

describe("Event time", () => {
  test("is not known before the first watermark record", () => {
    expect(fresh().time).toBe(Number.NEGATIVE_INFINITY);
  });

  test("is the minimum over all raw partitions, of which one unheard of holds it back", () => {
    const raw = fresh();
    expect(raw.watermark({ raw_partitions: 3, progress: [progress(0, 50, 5), progress(1, 40, 5)] })).toBe(
      Number.NEGATIVE_INFINITY,
    );
    expect(raw.watermark({ raw_partitions: 3, progress: [progress(2, 60, 1)] })).toBe(40);
  });

  test("one of which nothing was read yet holds it back too", () => {
    const raw = fresh();
    raw.watermark({ raw_partitions: 2, progress: [progress(0, 50, 5), progress(1, null, 0)] });
    expect(raw.time).toBe(Number.NEGATIVE_INFINITY);
  });

  test("only rises, whatever a stale record says", () => {
    const raw = fresh();
    raw.watermark({ raw_partitions: 1, progress: [progress(0, 50, 5)] });
    expect(raw.watermark({ raw_partitions: 1, progress: [progress(0, 30, 3)] })).toBe(50);
    expect(raw.watermark({ raw_partitions: 1, progress: [progress(0, null, 3)] })).toBe(50);
    expect(raw.record().partitions).toMatchObject({ 0: { time: 50, floor: 5 } });
  });

  test("a partition that is added holds it back, and a stale count takes none away", () => {
    const raw = fresh();
    raw.watermark({ raw_partitions: 1, progress: [progress(0, 50, 5)] });
    expect(raw.watermark({ raw_partitions: 2, progress: [] })).toBe(Number.NEGATIVE_INFINITY);
    expect(raw.watermark({ raw_partitions: 1, progress: [] })).toBe(Number.NEGATIVE_INFINITY);
    expect(raw.watermark({ raw_partitions: 2, progress: [progress(1, 70, 1)] })).toBe(50);
  });

  test("is the same when asked ahead, and asking changes nothing", () => {
    const raw = fresh();
    const records = [
      { raw_partitions: 1, progress: [progress(0, 50, 5)] },
      { raw_partitions: 1, progress: [progress(0, 80, 9)] },
    ];
    expect(raw.timeAfter(records)).toBe(80);
    expect(raw.time).toBe(Number.NEGATIVE_INFINITY);
    expect(raw.arrive(at(3), "k")).toBe("new");
  });
});

describe("Arrivals", () => {
  test("the same offset, index and key is a duplicate; another of these is not", () => {
    const raw = fresh();
    expect(raw.arrive(at(7), "container=c1")).toBe("new");
    expect(raw.arrive(at(7), "container=c1")).toBe("duplicate");
    expect(raw.arrive(at(7), "user=ann")).toBe("new");
    expect(raw.arrive(at(7, { index: 1 }), "container=c1")).toBe("new");
    expect(raw.arrive(at(7, { partition: 1 }), "container=c1")).toBe("new");
    expect(raw.arrive(at(6), "container=c1")).toBe("new");
  });

  test("below the floor everything is a duplicate, seen or not", () => {
    const raw = fresh();
    raw.arrive(at(9), "k");
    raw.watermark({ raw_partitions: 1, progress: [progress(0, 50, 9)] });
    expect(raw.arrive(at(8), "k")).toBe("duplicate");
    expect(raw.arrive(at(9), "k")).toBe("duplicate");
    expect(raw.arrive(at(10), "k")).toBe("new");
  });

  test("what is seen and how far the floor is outlive the owner", () => {
    const first = fresh();
    first.watermark({ raw_partitions: 1, progress: [progress(0, 50, 5)] });
    first.arrive(at(6), "k");
    const next = new RawProgress(JSON.parse(JSON.stringify(first.record())), first.takeChanges().seen);
    expect(next.time).toBe(50);
    expect(next.arrive(at(4), "k")).toBe("duplicate");
    expect(next.arrive(at(6), "k")).toBe("duplicate");
    expect(next.arrive(at(7), "k")).toBe("new");
  });

  test("changes are told once, and what a floor has passed is not told at all", () => {
    const raw = fresh();
    raw.arrive(at(3), "k");
    raw.arrive(at(8), "k");
    raw.watermark({ raw_partitions: 1, progress: [progress(0, 50, 5)] });
    const { seen, floors } = raw.takeChanges();
    expect(seen).toEqual([{ rawPartition: 0, offset: 8, member: "0/k" }]);
    expect(floors).toEqual(new Map([[0, 5]]));
    expect(raw.takeChanges()).toEqual({ seen: [], floors: new Map() });
  });
});

describe("A raw topic made anew", () => {
  const known = (): RawProgress => {
    const raw = fresh();
    for (const offset of [4, 5, 6]) raw.arrive(at(offset), "k");
    raw.watermark({ raw_partitions: 1, progress: [progress(0, 50, 5)] });
    raw.takeChanges();
    return raw;
  };

  test("is known by a broker time that is newer than any: its records are new ones", () => {
    const raw = known();
    expect(raw.arrive(at(0, { broker_time: 9_000 }), "k")).toBe("recreated");
    expect(raw.arrive(at(1, { broker_time: 9_001 }), "k")).toBe("new");
    expect(raw.arrive(at(5, { broker_time: 9_005 }), "k")).toBe("new");
    expect(raw.arrive(at(0, { broker_time: 9_000 }), "k")).toBe("duplicate");
  });

  test("a record that comes again with its old broker time is a duplicate still", () => {
    expect(known().arrive(at(4), "k")).toBe("duplicate");
  });

  test("the store forgets the old offsets and learns the new ones", () => {
    const raw = known();
    const stored = new Map([["6:0/k", 6]]);
    const apply = (): void => {
      const { seen, floors } = raw.takeChanges();
      for (const { offset, member } of seen) stored.set(`${offset}:${member}`, offset);
      for (const [key, offset] of stored) if (offset < (floors.get(0) ?? 0)) stored.delete(key);
    };
    raw.arrive(at(0, { broker_time: 9_000 }), "k");
    raw.arrive(at(1, { broker_time: 9_001 }), "k");
    apply();
    raw.arrive(at(2, { broker_time: 9_002 }), "k");
    apply();
    expect([...stored.keys()]).toEqual(["0:0/k", "1:0/k", "2:0/k"]);
  });

  test("also where its first watermark record follows at once", () => {
    const raw = known();
    raw.arrive(at(0, { broker_time: 9_000 }), "k");
    raw.arrive(at(1, { broker_time: 9_001 }), "k");
    raw.watermark({ raw_partitions: 1, progress: [progress(0, 60, 1)] });
    expect(raw.takeChanges()).toEqual({ seen: [], floors: new Map([[0, Number.MAX_SAFE_INTEGER]]) });
    expect(raw.takeChanges().seen).toEqual([{ rawPartition: 0, offset: 1, member: "0/k" }]);
    expect(raw.record().partitions[0]?.floor).toBe(1);
  });
});
