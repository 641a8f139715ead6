import { describe, expect, test } from "vitest";
import { LiveGroups } from "../../src/correlation/live-groups.ts";
import { placeOf } from "../../src/correlation/window-key.ts";
import { eventAt } from "./support.ts";

const on = (node: string) => eventAt(0, {}, { enrichment: { cluster: "eu", node } });
const keys = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `r@1:${prefix}${n}`);

describe("Live groups", () => {
  test("are counted by rule, and told where they changed", () => {
    const live = new LiveGroups(10, new Map([["r@1", 4]]));
    live.came(placeOf("r@1:a"), on("n1"));
    live.came(placeOf("s@1:a:b"), on("n1"));
    live.went(placeOf("s@1:a:b"));
    expect(live.total).toBe(5);
    expect(live.takeChanges()).toEqual(
      new Map([
        ["r@1", 5],
        ["s@1", 0],
      ]),
    );
    expect(live.takeChanges()).toEqual(new Map());
  });

  test("beyond the cap are in excess, from the first that was claimed on", () => {
    expect(new LiveGroups(3, new Map([["r@1", 3]])).excess()).toEqual([]);
    const live = new LiveGroups(3, new Map([["r@1", 5]]));
    expect(live.excess()).toEqual([{ windowName: "r@1", groups: 2 }]);
    live.went(placeOf("r@1:a"));
    live.went(placeOf("r@1:b"));
    expect(live.excess()).toEqual([]);
  });

  test("go from the source that holds most, oldest first, until sources hold alike", () => {
    const live = new LiveGroups(8);
    live.remember(keys("old", 2));
    for (const key of keys("flood", 10)) live.came(placeOf(key), on("loud"));
    for (const key of keys("few", 3)) live.came(placeOf(key), on("quiet"));
    // The first four of the flood came below half of the cap, when nobody looked.
    expect(live.take("r@1", 1)).toEqual([{ key: "r@1:flood4", source: "eu/loud", spared: 1 }]);
    const taken = live.take("r@1", 6).map(({ source }) => source);
    const bySource = Map.groupBy(taken, (source) => source);
    expect(bySource.get("eu/loud")!.length).toBe(4);
  });

  test("that are spared stand at the end of the line, marked", () => {
    const live = new LiveGroups(1);
    for (const key of keys("g", 2)) live.came(placeOf(key), on("n1"));
    const [first] = live.take("r@1", 1);
    live.spare(first!, 3);
    expect(live.take("r@1", 5).map(({ key, spared }) => [key, spared])).toEqual([
      ["r@1:g1", 1],
      ["r@1:g0", 3],
    ]);
  });

  test("of sources without number are held together", () => {
    const live = new LiveGroups(10);
    for (const [n, key] of keys("g", 2_000).entries()) live.came(placeOf(key), on(`made-up-${n}`));
    const sources = new Set(live.take("r@1", 2_000).map(({ source }) => source));
    expect(sources.size).toBeLessThanOrEqual(257);
    expect(sources).toContain("others");
  });

  test("that have gone are out of the line", () => {
    const live = new LiveGroups(1);
    for (const key of keys("g", 3)) live.came(placeOf(key), on("n1"));
    live.went(placeOf("r@1:g1"));
    expect(live.take("r@1", 5).map(({ key }) => key)).toEqual(["r@1:g0", "r@1:g2"]);
  });
});
