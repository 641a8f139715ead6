/**
 * Events beyond the allowed lateness, as far as semantics 6 fixes what becomes of them: one older than a window behind the
 * watermark changes nothing; of a rule that more events can only help, every alert told is one of all that was judged,
 * and every alert of what came in time is told.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { assertProperty, propertyRuns } from "./assert-property.ts";
import { randomEvents, randomPositiveRule, randomRule } from "./random-case.ts";
import type { ReferenceAlert } from "./reference.ts";
import { Run, shuffled } from "./run.ts";
import { rulesOf } from "./support.ts";

const runs = propertyRuns(500);
const allowedLateness = fc.constantFrom(0, 10_000, 30_000);

test(`what is older than a window behind the watermark changes nothing (${runs} cases)`, async () => {
  const strays = fc.array(fc.tuple(fc.nat(), fc.constantFrom(1, 10_000)), { minLength: 1, maxLength: 6 });
  await assertProperty(
    fc.property(randomRule, randomEvents, allowedLateness, strays, (rule, events, lateness, drawn) => {
      const [without, withThem] = [new Run([rule], lateness, 50), new Run([rule], lateness, 50)];
      without.feed(events);
      without.finish();
      const order = [...events];
      for (const [index, [draw, older]] of drawn.entries()) {
        const place = 1 + (draw % order.length);
        const newest = Math.max(...order.slice(0, place).map(({ timestamp }) => timestamp));
        const timestamp = newest - withThem.leastLateness - rule.window - older;
        order.splice(place, 0, { ...events[draw % events.length]!, id: `stray ${index}`, timestamp });
      }
      withThem.feed(order);
      withThem.finish();
      expect(withThem.alerts()).toEqual(without.alerts());
    }),
    runs,
  );
}, 600_000);

test(`what comes late helps what it touches, and takes nothing away (${runs} cases)`, async () => {
  const helped = randomPositiveRule.filter(({ document }) => rulesOf(document).rules[0]!.judged === "eager");
  await assertProperty(
    fc.property(helped, randomEvents, allowedLateness, fc.nat(), (rule, events, lateness, seed) => {
      const run = new Run([rule], lateness, 50);
      const order = shuffled(events, 120_000, seed);
      run.feed(order);
      run.finish();
      const notOlder = (than: number) => notOlderThan(order, run.leastLateness + than);
      const all = run.defined(notOlder(rule.window), Number.POSITIVE_INFINITY);
      const inTime = run.defined(notOlder(0), Number.POSITIVE_INFINITY);
      const told = run.alerts();
      for (const alert of told) expect(all.some((other) => isWithin(alert, other))).toBe(true);
      for (const alert of inTime) expect(told.some((other) => isWithin(alert, other))).toBe(true);
    }),
    runs,
  );
}, 600_000);

/** Events that were not further behind the newest before them when they came. */
function notOlderThan(order: readonly SecurityEvent[], behind: number): readonly SecurityEvent[] {
  let newest = Number.NEGATIVE_INFINITY;
  return order
    .filter(({ timestamp }) => {
      newest = Math.max(newest, timestamp);
      return timestamp >= newest - behind;
    })
    .sort((a, b) => a.timestamp - b.timestamp);
}

function isWithin(alert: ReferenceAlert, other: ReferenceAlert): boolean {
  return alert.group === other.group && alert.openedAt >= other.openedAt && alert.lastSeen <= other.lastSeen;
}
