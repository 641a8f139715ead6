import { describe, expect, test } from "vitest";
import { compileCalendar, compileTimePattern, timePatternSchema } from "../../src/rules/calendar.ts";

const at = (text: string): number => Date.parse(text);

describe("Hours", () => {
  const nine = compileTimePattern({ from: "09:00", to: "17:00" });

  test("the first minute belongs to the pattern, the last does not", () => {
    expect(nine(at("2026-01-05T08:59:59.999Z"))).toBe(false);
    expect(nine(at("2026-01-05T09:00:00Z"))).toBe(true);
    expect(nine(at("2026-01-05T16:59:59.999Z"))).toBe(true);
    expect(nine(at("2026-01-05T17:00:00Z"))).toBe(false);
  });

  test("without hours it is the whole day, without days every day", () => {
    expect(compileTimePattern({ days: ["sun"] })(at("2026-01-04T00:00:00Z"))).toBe(true);
    expect(compileTimePattern({ days: ["sun"] })(at("2026-01-04T23:59:59.999Z"))).toBe(true);
    expect(compileTimePattern({ days: ["sun"] })(at("2026-01-05T00:00:00Z"))).toBe(false);
    expect(nine(at("2026-01-04T12:00:00Z"))).toBe(true);
  });

  test("a night over midnight belongs to the day it begins on", () => {
    const night = compileTimePattern({ days: ["fri"], from: "22:00", to: "06:00" });
    expect(night(at("2026-01-09T21:59:00Z"))).toBe(false);
    expect(night(at("2026-01-09T22:00:00Z"))).toBe(true);
    expect(night(at("2026-01-10T05:59:00Z"))).toBe(true);
    expect(night(at("2026-01-10T06:00:00Z"))).toBe(false);
    expect(night(at("2026-01-09T05:00:00Z"))).toBe(false);
    expect(night(at("2026-01-10T23:00:00Z"))).toBe(false);
  });

  test("a holiday takes out the night that begins on it, not the morning before", () => {
    const night = compileTimePattern({ from: "22:00", to: "06:00", holidays: ["2026-01-09"] });
    expect(night(at("2026-01-09T05:00:00Z"))).toBe(true);
    expect(night(at("2026-01-09T23:00:00Z"))).toBe(false);
    expect(night(at("2026-01-10T05:00:00Z"))).toBe(false);
    expect(night(at("2026-01-10T23:00:00Z"))).toBe(true);
  });

  test("midnight as the end is 24:00", () => {
    const evening = compileTimePattern({ from: "18:00", to: "24:00" });
    expect(evening(at("2026-01-05T23:59:59.999Z"))).toBe(true);
    expect(evening(at("2026-01-06T00:00:00Z"))).toBe(false);
  });
});

describe("Zones", () => {
  const berlin = compileTimePattern({
    days: ["mon", "tue", "wed", "thu", "fri"],
    from: "09:00",
    to: "17:00",
    timezone: "Europe/Berlin",
  });

  test("winter and summer differ by an hour of UTC", () => {
    expect(berlin(at("2026-01-05T08:00:00Z"))).toBe(true);
    expect(berlin(at("2026-01-05T07:59:00Z"))).toBe(false);
    expect(berlin(at("2026-07-06T07:00:00Z"))).toBe(true);
    expect(berlin(at("2026-07-06T15:00:00Z"))).toBe(false);
  });

  test("when clocks go forward an hour is missing: the pattern is as much shorter", () => {
    const early = compileTimePattern({ from: "01:30", to: "03:30", timezone: "Europe/Berlin" });
    // 2026-03-29: 02:00 becomes 03:00 local, at 01:00 UTC.
    expect(early(at("2026-03-29T00:29:00Z"))).toBe(false);
    expect(early(at("2026-03-29T00:30:00Z"))).toBe(true);
    expect(early(at("2026-03-29T01:29:00Z"))).toBe(true);
    expect(early(at("2026-03-29T01:30:00Z"))).toBe(false);
  });

  test("when they go back an hour comes twice, and both belong", () => {
    const early = compileTimePattern({ from: "02:00", to: "03:00", timezone: "Europe/Berlin" });
    // 2026-10-25: 03:00 becomes 02:00 local, at 01:00 UTC.
    expect(early(at("2026-10-24T23:59:00Z"))).toBe(false);
    expect(early(at("2026-10-25T00:30:00Z"))).toBe(true);
    expect(early(at("2026-10-25T01:30:00Z"))).toBe(true);
    expect(early(at("2026-10-25T02:00:00Z"))).toBe(false);
  });

  test("days and holidays are those of the zone", () => {
    const tokyo = compileTimePattern({ days: ["mon"], timezone: "Asia/Tokyo", holidays: ["2026-01-12"] });
    expect(tokyo(at("2026-01-04T15:00:00Z"))).toBe(true);
    expect(tokyo(at("2026-01-05T15:00:00Z"))).toBe(false);
    expect(tokyo(at("2026-01-11T15:00:00Z"))).toBe(false);
  });

  test("midnight of a zone is hour 0, not 24", () => {
    const midnight = compileTimePattern({ from: "00:00", to: "00:01", timezone: "America/New_York" });
    expect(midnight(at("2026-01-05T05:00:00Z"))).toBe(true);
  });
});

describe("Invert and holidays", () => {
  test("holidays are taken out before the pattern is inverted", () => {
    const outside = compileTimePattern({
      days: ["mon"],
      from: "09:00",
      to: "17:00",
      holidays: ["2026-01-05"],
      invert: true,
    });
    expect(outside(at("2026-01-05T12:00:00Z"))).toBe(true);
    expect(outside(at("2026-01-12T12:00:00Z"))).toBe(false);
    expect(outside(at("2026-01-12T18:00:00Z"))).toBe(true);
  });
});

describe("Named patterns", () => {
  test("are there without any configuration", () => {
    const calendar = compileCalendar();
    expect(new Set(calendar.keys())).toEqual(
      new Set(["business_hours", "outside_business_hours", "weekend"]),
    );
    const [business, outside, weekend] = ["business_hours", "outside_business_hours", "weekend"].map(
      (name) => calendar.get(name)!,
    );
    for (const [text, ...expected] of [
      ["2026-01-09T16:59:00Z", true, false, false],
      ["2026-01-09T17:00:00Z", false, true, false],
      ["2026-01-10T12:00:00Z", false, true, true],
    ] as const) {
      expect(
        [business!, outside!, weekend!].map((pattern) => pattern(at(text))),
        text,
      ).toEqual(expected);
    }
  });

  test("what lies outside business hours follows the hours that are configured", () => {
    const calendar = compileCalendar({ business_hours: { days: ["sat"] } });
    expect(calendar.get("outside_business_hours")!(at("2026-01-10T03:00:00Z"))).toBe(false);
    expect(calendar.get("outside_business_hours")!(at("2026-01-09T12:00:00Z"))).toBe(true);
  });

  test("may be named anew or added", () => {
    const calendar = compileCalendar({
      outside_business_hours: { days: ["sun"] },
      maintenance: { from: "01:00" },
    });
    expect(calendar.get("outside_business_hours")!(at("2026-01-09T20:00:00Z"))).toBe(false);
    expect(calendar.get("maintenance")!(at("2026-01-09T00:59:00Z"))).toBe(false);
    expect(calendar.get("maintenance")!(at("2026-01-09T23:00:00Z"))).toBe(true);
  });
});

test.each([
  [{ from: "9:00" }, "from"],
  [{ to: "24:01" }, "to"],
  [{ days: ["monday"] }, "days.0"],
  [{ timezone: "Mars/Olympus" }, "timezone"],
  [{ holidays: ["25.12.2026"] }, "holidays.0"],
  [{ hours: "9-17" }, ""],
])("%j is no pattern", (pattern, path) => {
  const parsed = timePatternSchema.safeParse(pattern);
  expect(parsed.error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
});
