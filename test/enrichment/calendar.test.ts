import { expect, test } from "vitest";
import { calendar } from "../../src/enrichment/calendar.ts";
import { compileCalendar } from "../../src/rules/calendar.ts";
import { makeEvent } from "../events/make-event.ts";

const patterns = compileCalendar({ tokyo: { from: "09:00", to: "17:00", timezone: "Asia/Tokyo" } });
const enricher = calendar({
  patterns,
  of: { jp: "tokyo", "jp/batch": "business_hours" },
  otherwise: "business_hours",
});

/** A Monday. */
const at = (time: string, enrichment = {}) =>
  enricher.enrich(makeEvent({}, { timestamp: Date.parse(`2026-01-05T${time}Z`), enrichment }))?.calendar;

test("business hours are those of the namespace or the workload", () => {
  expect(at("10:00:00")).toEqual({ name: "business_hours", source: "default", business_hours: true });
  expect(at("01:00:00")).toMatchObject({ business_hours: false });
  expect(at("01:00:00", { namespace: "jp" })).toEqual({
    name: "tokyo",
    source: "configuration",
    business_hours: true,
  });
  expect(at("10:00:00", { namespace: "jp" })).toMatchObject({ business_hours: false });
  expect(at("10:00:00", { namespace: "jp", workload: "batch" })).toMatchObject({ business_hours: true });
});

test("a namespace or workload may have any name", () => {
  for (const namespace of ["constructor", "__proto__", "toString"]) {
    expect(at("10:00:00", { namespace, workload: namespace })).toMatchObject({ source: "default" });
  }
});

test("the minute in which they end is not theirs", () => {
  expect(at("16:59:59.999")).toMatchObject({ business_hours: true });
  expect(at("17:00:00.000")).toMatchObject({ business_hours: false });
  expect(at("16:59:59.999")).toMatchObject({ business_hours: true });
});
