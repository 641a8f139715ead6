/**
 * Rules over alerts against the definition, tried at every half step of the grid that events stand on: an alert is in
 * every window that meets its interval, counts once, and fills a step at any instant of it; whatever the lateness, since
 * a reader keeps its events until it is known how far the alert goes on.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { FinalAlerts } from "../../src/app/final-alerts.ts";
import { assertProperty, propertyRuns } from "./assert-property.ts";
import { eventAt, rulesOf, start, Told } from "./support.ts";

const runs = propertyRuns(1_000);

interface Interval {
  readonly from: number;
  readonly to: number;
}

const readers = [
  { type: "event_sequence", sequence: ["alert.inner", "b"] },
  { type: "event_sequence", sequence: ["b", "alert.inner"] },
  { type: "event_count", where: { type: "alert.inner" }, threshold: 2 },
  { type: "event_count", where: { type: "alert.inner" }, threshold: 1 },
] as const;

test(`alerts that last open what the definition says (${runs} cases)`, { timeout: 600_000 }, async () => {
  const events = fc.array(
    fc.record({ second: fc.nat(30).map((slot) => slot * 10), type: fc.constantFrom("a", "a", "b") }),
    { maxLength: 16 },
  );
  await assertProperty(
    fc.property(
      events,
      fc.constantFrom(10, 20, 30),
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom(10, 30, 60),
      fc.nat(readers.length - 1),
      fc.constantFrom(0, 5, 60),
      (drafts, innerWindow, least, window, choice, lateness) => {
        const ordered = drafts.toSorted((a, b) => a.second - b.second);
        const inner = {
          id: "inner",
          window: `${innerWindow}s`,
          conditions: [{ type: "event_count", where: { type: "a" }, threshold: least }],
        };
        const outer = { id: "outer", window: `${window}s`, conditions: [readers[choice]!] };
        const told = new Told(rulesOf(inner, outer), { allowedLateness: lateness * 1_000 });
        for (const [index, { second, type }] of ordered.entries()) {
          told.feed(eventAt(second, {}, { id: `e${index}`, type }));
        }
        told.finish();
        const final = new FinalAlerts();
        final.add(told.verdicts);
        const openings = (rule: string) =>
          final
            .list()
            .filter((verdict) => verdict.rule.id === rule)
            .map(({ openedAt }) => (openedAt - start) / 1000);

        const times = (type: string) => ordered.filter((each) => each.type === type).map((e) => e.second);
        const alerts = innerAlerts(times("a"), innerWindow, least);
        expect(openings("inner")).toEqual(alerts.map(({ from }) => from));
        expect(openings("outer")).toEqual(outerOpenings(alerts, times("b"), window, choice));
      },
    ),
    runs,
  );
});

function innerAlerts(times: readonly number[], window: number, least: number): readonly Interval[] {
  const satisfied = times.filter((t) => times.filter((s) => s >= t - window && s <= t).length >= least);
  return episodes([...new Set(satisfied)], window);
}

function outerOpenings(
  alerts: readonly Interval[],
  others: readonly number[],
  window: number,
  choice: number,
): readonly number[] {
  const instants = Array.from({ length: 62 }, (_, index) => index * 5);
  const satisfied = instants.filter((t) => {
    const inWindow = alerts.filter(({ from, to }) => from <= t && to >= t - window);
    const reads = choice < 2 ? others.includes(t) : false;
    if (!reads && !alerts.some(({ from, to }) => from <= t && to >= t)) return false;
    const beside = others.filter((s) => s >= t - window && s <= t);
    if (choice === 0) return inWindow.some(({ from }) => beside.some((s) => s >= from));
    if (choice === 1) return inWindow.some(({ to }) => beside.some((s) => s <= to));
    return inWindow.length >= (choice === 2 ? 2 : 1);
  });
  return episodes(satisfied, window).map(({ from }) => from);
}

function episodes(times: readonly number[], window: number): readonly Interval[] {
  const found: { from: number; to: number }[] = [];
  for (const t of times) {
    const last = found.at(-1);
    if (last !== undefined && t - last.to <= window) last.to = t;
    else found.push({ from: t, to: t });
  }
  return found;
}
