import { describe, expect, it } from "vitest";
import { maxAhead } from "../../src/sources/clamp-time.ts";
import { read, readOne, reasonOf } from "./support.ts";

const now = 1_700_000_000_000;
const origin = { topic: "events.raw", partition: 3, offset: 42, broker_time: now };
const at = (timestamp: unknown) =>
  readOne({ id: "e", type: "a", timestamp, enrichment: { pod: "p" } }, origin);

describe("clampTime", () => {
  it("leaves times up to five minutes ahead, and any in the past, alone", () => {
    for (const time of [now + maxAhead, now, 0, -62_135_596_800_000, -(2 ** 52)]) {
      expect(at(time)).toMatchObject({ timestamp: time, enrichment: { pod: "p" } });
      expect(at(time).enrichment).not.toHaveProperty("clock_replaced");
    }
  });

  it("replaces a time further ahead, or none, by the broker's and says so", () => {
    for (const time of [
      now + maxAhead + 1,
      3_376_684_800_000,
      1.5,
      "yesterday",
      null,
      "1685022245478445995",
      -(2 ** 52) - 1,
    ]) {
      expect(at(time)).toMatchObject({ timestamp: now, enrichment: { pod: "p", clock_replaced: true } });
    }
    expect(readOne('{"type":"a","timestamp":1e999}', origin).timestamp).toBe(now);
  });

  it("replaces nothing in files and refuses what is no time there", () => {
    expect(readOne({ type: "a", timestamp: 3_376_684_800_000 }).timestamp).toBe(3_376_684_800_000);
    for (const timestamp of [1.5, "yesterday", null, 2 ** 60, 2 ** 52 + 1, -(2 ** 52) - 1]) {
      expect(reasonOf(() => read({ type: "a", timestamp }))).toBe("invalid-time");
    }
  });
});
