import { describe, expect, it } from "vitest";
import { formatDuration, parseDuration } from "../../src/config/duration.ts";

describe("a duration", () => {
  it.each([
    ["250ms", 250],
    ["60s", 60_000],
    ["10m", 600_000],
    ["36h", 129_600_000],
    ["7d", 604_800_000],
    ["2w", 1_209_600_000],
    ["0s", 0],
  ])("of %s is %d ms", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(["", "60", "1.5s", "-1s", "1 s", "1S", "1h30m", "1y", " 1s", "1s\n", "99999999999999w"])(
    "is not written %j",
    (text) => {
      expect(parseDuration(text)).toBeNull();
    },
  );

  it.each([
    [0, "0s"],
    [1, "1ms"],
    [61_000, "61s"],
    [60_000, "1m"],
    [1_209_600_000, "2w"],
  ])("of %d ms is shown as %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
