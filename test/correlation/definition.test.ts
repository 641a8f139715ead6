/**
 * The engine against the reference: random rules over random events, in order and in every order of arrival that the
 * allowed lateness permits, with events delivered again. CORRAL_TEST_PROPERTY_RUNS sets the number of cases.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { assertProperty, propertyRuns } from "./assert-property.ts";
import { randomEvents, randomRule } from "./random-case.ts";
import { known, newestOf, Run, shuffled } from "./run.ts";

const runs = propertyRuns(2_000);
const allowedLateness = fc.constantFrom(0, 10_000, 30_000, 60_000, 300_000);
const evidenceCap = fc.constantFrom(50, 3);
const rules = fc.array(randomRule, { minLength: 1, maxLength: 2 });

test(`in order of event time the alerts are those of the definition (${runs} cases)`, {
  timeout: 600_000,
}, async () => {
  await assertProperty(
    fc.property(
      rules,
      randomEvents,
      allowedLateness,
      evidenceCap,
      (written, events, lateness, maxEvidence) => {
        const run = new Run(written, lateness, maxEvidence);
        run.feed(events);
        expect(run.alerts().map(known)).toEqual(run.defined(events, newestOf(events)).map(known));
        run.finish();
        expect(run.alerts()).toEqual(run.defined(events, Number.POSITIVE_INFINITY));
        run.checkRecords();
      },
    ),
    runs,
  );
});

test(`whatever the order of arrival the alerts are the same (${runs} cases)`, {
  timeout: 600_000,
}, async () => {
  await assertProperty(
    fc.property(
      rules,
      randomEvents,
      allowedLateness,
      evidenceCap,
      fc.nat(),
      fc.array(fc.nat(), { maxLength: 6 }),
      (written, events, lateness, maxEvidence, seed, again) => {
        const run = new Run(written, lateness, maxEvidence);
        const order = withRepeats(shuffled(events, run.leastLateness, seed), again);
        run.feed(order);
        expect(run.alerts().map(known)).toEqual(run.defined(events, newestOf(events)).map(known));
        run.finish();
        expect(run.alerts()).toEqual(run.defined(events, Number.POSITIVE_INFINITY));
        run.checkRecords();
        run.checkJoins();
      },
    ),
    runs,
  );
});

/** Some events once more, each somewhere behind its first arrival; a repetition may well be late. */
function withRepeats(order: readonly SecurityEvent[], again: readonly number[]): readonly SecurityEvent[] {
  const repeated = [...order];
  for (const draw of again) {
    if (repeated.length === 0) break;
    const from = draw % repeated.length;
    const behind = 1 + (Math.floor(draw / repeated.length) % (repeated.length - from));
    repeated.splice(from + behind, 0, repeated[from]!);
  }
  return repeated;
}
