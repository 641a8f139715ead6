import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom, shuffleWithinLateness } from "../../src/app/shuffle-arrivals.ts";
import type { Arrival } from "../../src/rules/rule-test.ts";
import { eventAt } from "../correlation/support.ts";

const lateness = 10_000;
const entry = fc.oneof(
  { weight: 6, arbitrary: fc.record({ second: fc.integer({ min: 0, max: 60 }), id: fc.nat(8) }) },
  { weight: 1, arbitrary: fc.record({ advance: fc.constantFrom(1_000, 30_000) }) },
);
const written: fc.Arbitrary<readonly Arrival[]> = fc
  .array(entry, { maxLength: 15 })
  .map((entries) =>
    entries.map((each) =>
      "advance" in each ? each : { event: eventAt(each.second, {}, { id: `e${each.id}` }) },
    ),
  );

/** Arrivals that come when event time has moved past them by more than the lateness. */
function lateIn(order: readonly Arrival[]): readonly Arrival[] {
  let highest = Number.NEGATIVE_INFINITY;
  return order.filter((arrival) => {
    if ("advance" in arrival) {
      highest += arrival.advance;
      return false;
    }
    const { timestamp } = arrival.event;
    const late = timestamp < highest - lateness;
    highest = Math.max(highest, timestamp);
    return late;
  });
}

describe("Other orders of arrival", () => {
  test("hold the same arrivals", () => {
    fc.assert(
      fc.property(written, fc.nat(), (list, seed) => {
        const order = shuffleWithinLateness(list, lateness, seededRandom(seed));
        expect(order).toHaveLength(list.length);
        expect(new Set(order)).toEqual(new Set(list));
      }),
    );
  });

  test("make nothing late where nothing can move event time but events", () => {
    const events = written.map((list) => list.filter((arrival) => "event" in arrival));
    fc.assert(
      fc.property(events, fc.nat(), (list, seed) => {
        // Copies of one id keep their order, so an old copy behind a new one is late as it was written.
        const ids = list.map(({ event }) => event.id);
        fc.pre(new Set(ids).size === ids.length);
        expect(lateIn(shuffleWithinLateness(list, lateness, seededRandom(seed)))).toEqual([]);
      }),
    );
  });

  test("keep copies of one id in order, and advances in their place", () => {
    fc.assert(
      fc.property(written, fc.nat(), (list, seed) => {
        const order = shuffleWithinLateness(list, lateness, seededRandom(seed));
        const copies = (arrivals: readonly Arrival[]) =>
          Map.groupBy(
            arrivals.filter((arrival) => "event" in arrival),
            ({ event }) => event.id,
          );
        const before = copies(list);
        for (const [id, same] of copies(order)) expect(same).toEqual(before.get(id));
        for (const [index, arrival] of list.entries()) {
          if (!("advance" in arrival)) continue;
          const place = order.indexOf(arrival);
          expect(new Set(order.slice(0, place))).toEqual(new Set(list.slice(0, index)));
        }
      }),
    );
  });

  test("are other ones: every order that is allowed comes up", () => {
    const list = [0, 5, 10].map((second): Arrival => ({ event: eventAt(second) }));
    const orders = Array.from({ length: 200 }, (_, seed) =>
      shuffleWithinLateness(list, lateness, seededRandom(seed))
        .map((arrival) => list.indexOf(arrival))
        .join(""),
    );
    expect(new Set(orders).size).toBe(6);
    expect(shuffleWithinLateness(list, 0, seededRandom(1))).toEqual(list);
  });

  test("are the same for the same seed", () => {
    const numbers = (seed: number) => Array.from({ length: 5 }, seededRandom(seed));
    expect(numbers(7)).toEqual(numbers(7));
    expect(numbers(7)).not.toEqual(numbers(8));
    for (const number of numbers(7)) expect(number).toBeGreaterThanOrEqual(0);
    for (const number of numbers(7)) expect(number).toBeLessThan(1);
  });
});
