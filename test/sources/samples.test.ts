import { describe, expect, it } from "vitest";
import { builtInNames } from "../../src/sources/formats.ts";
import { loadFormats } from "../../src/sources/load-formats.ts";
import { recognised } from "../../src/sources/read-record.ts";
import { samples } from "./samples.ts";

const formats = loadFormats();

describe("A sample of each format", () => {
  it.each(samples.map((sample) => [sample.as, sample] as const))(
    "%s",
    (as, { value, headers = {}, events = 1 }) => {
      const record = { value: null, headers, origin: null };
      const found = recognised(JSON.parse(JSON.stringify(value)), record, formats);
      expect(new Set(found.map(({ envelopes, source }) => [...envelopes, source].join(" > ")))).toEqual(
        new Set([as]),
      );
      const drafts = found.flatMap((each) => each.drafts);
      expect(drafts).toHaveLength(events);
      expect(new Set(drafts.map(({ id }) => id)).size).toBe(events);
      for (const { timestamp } of drafts) expect(Math.floor(timestamp / 1000)).toBe(1_767_607_200);
    },
  );

  it("is there for every source and envelope", () => {
    const shown = new Set(samples.flatMap(({ as }) => as.split(" > ")));
    expect(builtInNames.filter((name) => !shown.has(name))).toEqual([]);
  });
});
