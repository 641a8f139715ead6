/**
 * The engine against the reference: random rules over random events, in order and in every order of arrival that the
 * allowed lateness permits, with events delivered again. CORRAL_PROPERTY_RUNS sets the number of cases.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { EmbeddedEngine } from "../../src/app/embedded-engine.ts";
import { FinalAlerts } from "../../src/app/final-alerts.ts";
import { seededRandom, shuffleWithinLateness } from "../../src/app/shuffle-arrivals.ts";
import { conditionTypes } from "../../src/correlation/condition-types.ts";
import type { JudgeSettings } from "../../src/correlation/judge-settings.ts";
import type { Verdict } from "../../src/correlation/verdict.ts";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { compileRules } from "../../src/rules/load-rules.ts";
import { type RuleSet, ruleSet } from "../../src/rules/rule-set.ts";
import { assertProperty, propertyRuns } from "./assert-property.ts";
import { type RandomRule, randomEvents, randomRule } from "./random-case.ts";
import { type ReferenceAlert, referenceAlerts } from "./reference.ts";

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

/** One engine over written rules, and what it said. */
class Run {
  readonly #written: readonly RandomRule[];
  readonly #rules: RuleSet;
  readonly #lateness: number;
  readonly #maxEvidence: number;
  readonly #engine: EmbeddedEngine;
  readonly #verdicts: Verdict[] = [];

  constructor(written: readonly RandomRule[], lateness: number, maxEvidence: number) {
    this.#maxEvidence = maxEvidence;
    this.#written = written;
    this.#lateness = lateness;
    const texts = written.map(({ document }, index) => ({
      file: `r${index}.yml`,
      text: JSON.stringify({ id: `r${index}`, ...document }),
    }));
    this.#rules = ruleSet(compileRules(texts, { conditionTypes }));
    const settings: JudgeSettings = {
      allowedLateness: lateness,
      updateInterval: 20_000,
      maxEvidence,
      maxEvents: 1000,
    };
    this.#engine = new EmbeddedEngine(this.#rules, settings);
  }

  /** How far an event may be behind and be late for no rule. */
  get leastLateness(): number {
    return Math.min(this.#lateness, ...this.#written.map(({ lateness }) => lateness ?? this.#lateness));
  }

  feed(events: readonly SecurityEvent[]): void {
    for (const event of events) this.#verdicts.push(...this.#engine.feed(event));
  }

  finish(): void {
    this.#verdicts.push(...this.#engine.finish());
  }

  alerts(): readonly ReferenceAlert[] {
    const final = new FinalAlerts();
    final.add(this.#verdicts);
    return sorted(
      final.list().map((verdict) => ({
        rule: verdict.rule.id,
        group: verdict.groupKey,
        openedAt: verdict.openedAt,
        lastSeen: verdict.lastSeen,
        eventCount: verdict.count,
        evidence: verdict.evidence.map(({ id }) => id),
        closed: verdict.status === "closed",
      })),
    );
  }

  /** What the definition says once event time has reached `time`. */
  defined(events: readonly SecurityEvent[], time: number): readonly ReferenceAlert[] {
    return sorted(
      this.#rules.rules.flatMap((rule, index) => {
        const { conditions, tree, lateness } = this.#written[index]!;
        const watermark = time - Math.min(lateness ?? this.#lateness, this.#lateness);
        return referenceAlerts(rule, conditions, tree, events, watermark, this.#maxEvidence);
      }),
    );
  }

  /** What an alert was joined to had spoken before, so its id and its actions are those of the first opening. */
  checkJoins(): void {
    const spoken = new Set<string>();
    for (const { id, mergedInto } of this.#verdicts) {
      if (mergedInto !== null) expect(spoken).toContain(mergedInto);
      spoken.add(id);
    }
  }

  /** Of each alert: opened once and first, revisions without a gap, nothing after it closed, all closed at the end. */
  checkRecords(): void {
    for (const [id, records] of Map.groupBy(this.#verdicts, (verdict) => verdict.id)) {
      const told = records.map(({ status, revision }) => `${revision} ${status}`);
      const expected = records.map((_, index) => {
        const status = index === 0 ? "open" : index === records.length - 1 ? "closed" : "update";
        return `${index + 1} ${status}`;
      });
      expect(told, id).toEqual(expected);
      const openings = records.map(({ openedAt }) => openedAt);
      expect(openings, "openings only move back").toEqual([...openings].sort((a, b) => b - a));
    }
  }
}

/** What the records say at any moment; how an alert that is still open goes on is said from time to time only. */
function known(alert: ReferenceAlert): Partial<ReferenceAlert> {
  const { rule, group, openedAt, closed } = alert;
  return closed ? alert : { rule, group, openedAt, closed };
}

function newestOf(events: readonly SecurityEvent[]): number {
  return Math.max(...events.map(({ timestamp }) => timestamp));
}

function shuffled(
  events: readonly SecurityEvent[],
  lateness: number,
  seed: number,
): readonly SecurityEvent[] {
  const arrivals = events.map((event) => ({ event }));
  return shuffleWithinLateness(arrivals, lateness, seededRandom(seed)).flatMap((arrival) =>
    "event" in arrival ? [arrival.event] : [],
  );
}

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

function sorted(alerts: readonly ReferenceAlert[]): readonly ReferenceAlert[] {
  const key = ({ rule, group, openedAt }: ReferenceAlert): string => JSON.stringify([rule, group, openedAt]);
  return [...alerts].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
