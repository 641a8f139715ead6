import { describe, expect, it } from "vitest";
import { parseTime } from "../../src/sources/parse-time.ts";

describe("parseTime", () => {
  it("reads RFC 3339 with any fraction and zone, rounding down to milliseconds", () => {
    expect(parseTime("2023-05-25T13:44:05.478999999Z")).toBe(Date.UTC(2023, 4, 25, 13, 44, 5, 478));
    expect(parseTime("2023-05-25T13:44:05.4Z")).toBe(Date.UTC(2023, 4, 25, 13, 44, 5, 400));
    expect(parseTime("2023-05-25t15:44:05+02:00")).toBe(Date.UTC(2023, 4, 25, 13, 44, 5));
    expect(parseTime("1969-12-31T23:59:59.999Z")).toBe(-1);
  });

  it("takes nothing else for a time", () => {
    for (const text of [
      "",
      "1",
      "May 5 2023",
      "2023-05-25",
      "2023-05-25T13:44:05",
      "2021-04-13T20:58:00.746609046Z+2",
    ]) {
      expect(parseTime(text)).toBeNaN();
    }
  });
});
