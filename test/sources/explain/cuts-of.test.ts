import { expect, test } from "vitest";
import { cutsOf } from "../../../src/sources/explain/cuts-of.ts";
import { leftOut } from "../../../src/sources/explain/left-out.ts";
import { limited } from "../../../src/sources/limits.ts";
import type { EventDraft } from "../../../src/sources/source.ts";

const draft = (details: EventDraft["details"]): EventDraft => ({
  id: "e",
  timestamp: 1_700_000_000_000,
  type: "t",
  severity: "info",
  source: "falco:syscall",
  details,
  enrichment: {},
});
const cuts = (details: EventDraft["details"]) => cutsOf(draft(details), limited(draft(details)));

test("what the limits took is told by its place", () => {
  expect(cuts({ a: "x", b: [1, { c: "y" }] })).toEqual([]);
  expect(
    cuts({ a: "x".repeat(9000), b: [{ c: Number.POSITIVE_INFINITY }], d: [1, Number.NaN], e: "\ud800" }),
  ).toEqual([
    { path: "details.a", why: expect.stringContaining("9000 bytes") },
    { path: "details.d", why: "1 of 2 elements dropped" },
    { path: "details.e", why: "lone surrogates replaced" },
    { path: "details.b[0].c", why: expect.stringContaining("not finite") },
  ]);
  const many = Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`k${index}`, index]));
  expect(cuts(many)).toHaveLength(20);
  expect(cuts(many)[0]).toEqual({ path: "details.k512", why: expect.stringContaining("beyond 512 fields") });
  expect(
    cutsOf({ ...draft({}), id: "i".repeat(600) }, limited({ ...draft({}), id: "i".repeat(600) })),
  ).toHaveLength(1);
});

test("what no event says anything of is left out", () => {
  const value = {
    uuid: "u-1",
    time: "2023-11-14T22:13:20Z",
    rule: "R",
    empty: {},
    source: "syscall",
    deep: { a: [{ b: 7 }] },
  };
  expect(leftOut(value, [draft({ rule: "r" })])).toEqual(["uuid", "deep"]);
  expect(leftOut(value, [draft({ rule: "r", x: [{ y: "7" }] })])).toEqual(["uuid"]);
  expect(leftOut("text", [])).toEqual([]);
});
