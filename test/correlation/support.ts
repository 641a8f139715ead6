/** An engine over rules written as plain maps, fed in seconds, and what it said as short lines. */
import { EmbeddedEngine } from "../../src/app/embedded-engine.ts";
import { conditionTypes } from "../../src/correlation/condition-types.ts";
import type { JudgeSettings } from "../../src/correlation/judge-settings.ts";
import type { Verdict } from "../../src/correlation/verdict.ts";
import type { JsonMap, SecurityEvent } from "../../src/events/security-event.ts";
import { compileRules } from "../../src/rules/load-rules.ts";
import { type RuleSet, ruleSet } from "../../src/rules/rule-set.ts";
import { makeEvent } from "../events/make-event.ts";

/** A Monday, ten o'clock UTC. */
export const start = Date.parse("2026-01-05T10:00:00Z");

export const settings: JudgeSettings = {
  allowedLateness: 60_000,
  updateInterval: 60_000,
  maxEvidence: 50,
  maxEvents: 1000,
};

/** Rules without an id are called r0, r1 … */
export function rulesOf(...documents: readonly Readonly<Record<string, unknown>>[]): RuleSet {
  const texts = documents.map((document, index) => ({
    file: `r${index}.yml`,
    text: JSON.stringify({ id: `r${index}`, ...document }),
  }));
  return ruleSet(compileRules(texts, { conditionTypes }));
}

/** `count` events of the type within the window. */
export function atLeast(count: number, window: string, rest: Readonly<Record<string, unknown>> = {}) {
  return { window, conditions: [{ type: "event_count", where: { type: "a" }, threshold: count }], ...rest };
}

/** An event of container `c1`, so many seconds after the start; its id says when. */
export function eventAt(
  second: number,
  details: JsonMap = {},
  rest: Partial<SecurityEvent> = {},
): SecurityEvent {
  const timestamp = start + second * 1000;
  return makeEvent(details, { id: `at ${second}`, timestamp, type: "a", container_id: "c1", ...rest });
}

export class Told {
  readonly engine: EmbeddedEngine;
  readonly verdicts: Verdict[] = [];

  constructor(rules: RuleSet, changed: Partial<JudgeSettings> = {}) {
    this.engine = new EmbeddedEngine(rules, { ...settings, ...changed });
  }

  /** What is said while these seconds bring an event each. */
  at(...seconds: readonly number[]): readonly string[] {
    return this.feed(...seconds.map((second) => eventAt(second)));
  }

  feed(...events: readonly SecurityEvent[]): readonly string[] {
    return this.#take(events.flatMap((event) => this.engine.feed(event)));
  }

  /** Moves event time on to a second. */
  until(second: number): readonly string[] {
    return this.#take(this.engine.advanceTo(start + second * 1000));
  }

  finish(): readonly string[] {
    return this.#take(this.engine.finish());
  }

  #take(verdicts: readonly Verdict[]): readonly string[] {
    this.verdicts.push(...verdicts);
    return verdicts.map((verdict) => this.#line(verdict));
  }

  /** `A1 open [1, 1] 2 events`: alerts are lettered in the order in which they first speak. */
  #line({ id, revision, status, openedAt, lastSeen, count, mergedInto, late }: Verdict): string {
    const span = `[${second(openedAt)}, ${second(lastSeen)}]`;
    const marks = `${mergedInto === null ? "" : ` into ${this.#letter(mergedInto)}`}${late ? " late" : ""}`;
    return `${this.#letter(id)}${revision} ${status} ${span} ${count} events${marks}`;
  }

  #letter(id: string): string {
    const ids = [...new Set(this.verdicts.map((verdict) => verdict.id))];
    return String.fromCharCode("A".charCodeAt(0) + ids.indexOf(id));
  }
}

function second(t: number): number {
  return (t - start) / 1000;
}
