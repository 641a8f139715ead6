/** Random rules, the engine that judges them and the reference that says what it should come to. */
import { expect } from "vitest";
import { EmbeddedEngine } from "../../src/app/embedded-engine.ts";
import { FinalAlerts } from "../../src/app/final-alerts.ts";
import { seededRandom, shuffleWithinLateness } from "../../src/app/shuffle-arrivals.ts";
import { conditionTypes } from "../../src/correlation/condition-types.ts";
import type { JudgeSettings } from "../../src/correlation/judge-settings.ts";
import type { Verdict } from "../../src/correlation/verdict.ts";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { compileRules } from "../../src/rules/load-rules.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { type RuleSet, ruleSet } from "../../src/rules/rule-set.ts";
import type { RandomRule } from "./random-case.ts";
import { type Listed, type ReferenceAlert, referenceAlerts } from "./reference.ts";

/** One engine over written rules, and what it said. */
export class Run {
  readonly #written: readonly RandomRule[];
  readonly #rules: RuleSet;
  readonly #lateness: number;
  readonly #maxEvidence: number;
  readonly #engine: EmbeddedEngine;
  readonly #verdicts: Verdict[] = [];
  /** Times of the first event that came and of the newest. */
  #loadedAt: number | null = null;
  #come = Number.NEGATIVE_INFINITY;

  constructor(written: readonly RandomRule[], lateness: number, maxEvidence: number, maxEvents = 1000) {
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
      maxEvents,
    };
    this.#engine = new EmbeddedEngine(this.#rules, settings);
  }

  /** How far an event may be behind and be late for no rule. */
  get leastLateness(): number {
    return Math.min(this.#lateness, ...this.#written.map(({ lateness }) => lateness ?? this.#lateness));
  }

  feed(events: readonly SecurityEvent[]): void {
    for (const event of events) {
      this.#loadedAt ??= event.timestamp;
      this.#come = Math.max(this.#come, event.timestamp);
      this.#verdicts.push(...this.#engine.feed(event));
    }
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
        return referenceAlerts(
          rule,
          conditions,
          tree,
          events,
          watermark,
          this.#maxEvidence,
          this.#listed(rule),
        );
      }),
    );
  }

  #listed({ forEach, group, groupBy }: Rule): Listed | null {
    if (forEach === null || this.#loadedAt === null) return null;
    const groups = forEach.map((value) => group.keyOf({ [groupBy[0]!]: value }));
    return { groups, loadedAt: this.#loadedAt, come: this.#come };
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
export function known(alert: ReferenceAlert): Partial<ReferenceAlert> {
  const { rule, group, openedAt, closed } = alert;
  return closed ? alert : { rule, group, openedAt, closed };
}

export function newestOf(events: readonly SecurityEvent[]): number {
  return Math.max(...events.map(({ timestamp }) => timestamp));
}

export function shuffled(
  events: readonly SecurityEvent[],
  lateness: number,
  seed: number,
): readonly SecurityEvent[] {
  const arrivals = events.map((event) => ({ event }));
  return shuffleWithinLateness(arrivals, lateness, seededRandom(seed)).flatMap((arrival) =>
    "event" in arrival ? [arrival.event] : [],
  );
}

function sorted(alerts: readonly ReferenceAlert[]): readonly ReferenceAlert[] {
  const key = ({ rule, group, openedAt }: ReferenceAlert): string => JSON.stringify([rule, group, openedAt]);
  return [...alerts].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
