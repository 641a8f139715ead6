import { describe, expect, it } from "vitest";
import type { JsonMap } from "../../src/events/security-event.ts";
import { byKeys, type Keyed } from "../../src/sources/by-keys.ts";
import { loadFormats } from "../../src/sources/load-formats.ts";
import { samples } from "./samples.ts";

const { envelopes, sources, envelopesFor, sourcesFor } = loadFormats();
const maps = samples
  .filter(({ value }) => typeof value === "object" && value !== null && !Array.isArray(value))
  .map(({ as, value, headers = {} }) => ({ as, map: value as JsonMap, headers }));

describe("Formats by outermost keys", () => {
  it.each(maps.map((each) => [each.as, each] as const))("tests %s for all that it is", (_, each) => {
    const { map, headers } = each;
    expect(envelopesFor(map).filter((format) => format.recognises(map, headers))).toEqual(
      envelopes.filter((format) => format.recognises(map, headers)),
    );
    expect(sourcesFor(map).filter((format) => format.recognises(map))).toEqual(
      sources.filter((format) => format.recognises(map)),
    );
  });

  it.each(
    [...envelopes, ...sources].filter(({ keys }) => keys !== undefined).map((each) => [each.name, each]),
  )("%s is never told from a map that has none of its keys", (_, format) => {
    const keys = new Set(format.keys);
    for (const { map, headers } of maps) {
      const without = Object.fromEntries(Object.entries(map).filter(([key]) => !keys.has(key)));
      expect(format.recognises(without, headers)).toBe(false);
    }
  });

  it("keeps the order, and always gives those without keys", () => {
    const [any, b, a] = [{}, { keys: ["x"] }, { keys: ["y", "x"] }];
    const of = byKeys<Keyed>([b, any, a]);
    expect(of({})).toEqual([any]);
    expect(of({ y: 1 })).toEqual([any, a]);
    expect(of({ y: 1, x: 1 })).toEqual([b, any, a]);
  });

  it("always gives those beyond the thirtieth", () => {
    const many = Array.from({ length: 40 }, (_, index) => ({ name: String(index), keys: [`k${index}`] }));
    expect(byKeys(many)({ k3: 1 }).map(({ name }) => name)).toEqual([
      "3",
      ...Array.from({ length: 10 }, (_, index) => String(30 + index)),
    ]);
  });
});
