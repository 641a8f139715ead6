/** Runs one test of a rule file against the rules of its file, and says how the alerts differ from what it expects. */
import type { JudgeSettings } from "../correlation/judge-settings.ts";
import type { Verdict } from "../correlation/verdict.ts";
import { formatDuration, parseDuration, parseOffset } from "../events/duration.ts";
import type { Rule } from "../rules/rule.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import { type Arrival, arrivals, type ExpectedAlert, type RuleTest } from "../rules/rule-test.ts";
import { EmbeddedEngine } from "./embedded-engine.ts";
import { FinalAlerts } from "./final-alerts.ts";
import { seededRandom, shuffleWithinLateness } from "./shuffle-arrivals.ts";

export interface RuleTestResult {
  readonly name: string;
  readonly passed: boolean;
  /** Lines for a person; empty when it passed. */
  readonly differences: readonly string[];
}

const defaultLateness = 60_000;
const shuffles = 20;

export function runRuleTest(rules: RuleSet, test: RuleTest): RuleTestResult {
  const written = arrivals(test);
  const lateness =
    test.allowed_lateness === undefined ? defaultLateness : parseDuration(test.allowed_lateness)!;
  const differences = differencesIn(rules, test, written, written, lateness);
  if (differences.length > 0 || !test.any_order)
    return { name: test.name, passed: differences.length === 0, differences };

  for (let seed = 1; seed <= shuffles; seed += 1) {
    const shuffled = shuffleWithinLateness(written, lateness, seededRandom(seed));
    const found = differencesIn(rules, test, written, shuffled, lateness);
    if (found.length > 0) {
      const order = shuffled.map((arrival) => written.indexOf(arrival)).join(", ");
      return {
        name: test.name,
        passed: false,
        differences: [`in the order of arrival ${order} (seed ${seed}):`, ...found],
      };
    }
  }
  return { name: test.name, passed: true, differences: [] };
}

function differencesIn(
  rules: RuleSet,
  test: RuleTest,
  written: readonly Arrival[],
  order: readonly Arrival[],
  allowedLateness: number,
): readonly string[] {
  const settings: JudgeSettings = {
    allowedLateness,
    updateInterval: 60_000,
    maxEvidence: 1000,
    maxEvents: 10_000,
  };
  const engine = new EmbeddedEngine(rules, settings, Date.parse(test.start));
  const alerts = new FinalAlerts();
  for (const arrival of order) {
    alerts.add("event" in arrival ? engine.feed(arrival.event) : engine.advanceBy(arrival.advance));
  }
  if (!test.open_end) alerts.add(engine.finish());
  const view = new TestView(test, written);
  return compareAlerts(test.expect, alerts.list(), view);
}

/** Event times and ids as the test writes them: offsets from its start, places in its list. */
class TestView {
  readonly start: number;
  readonly #place: ReadonlyMap<string, number>;

  constructor(test: RuleTest, written: readonly Arrival[]) {
    this.start = Date.parse(test.start);
    const events = written.filter((arrival) => "event" in arrival);
    const place = new Map<string, number>();
    for (const [index, { event }] of events.entries()) if (!place.has(event.id)) place.set(event.id, index);
    this.#place = place;
  }

  offset(t: number): string {
    return formatDuration(t - this.start);
  }

  /** Places of the events of the window that opened the alert, ascending. */
  openingEvents({ evidence, openedAt }: Verdict): readonly number[] {
    return evidence
      .filter(({ t }) => t <= openedAt)
      .map(({ id }) => this.#place.get(id) ?? -1)
      .sort((a, b) => a - b);
  }

  shown(verdict: Verdict): string {
    const group = Object.entries(verdict.group).map(([key, value]) => `${key} ${value}`);
    const parts = [
      `${verdict.rule.id} at ${this.offset(verdict.openedAt)}`,
      ...group,
      `last seen ${this.offset(verdict.lastSeen)}`,
      `${verdict.count} events, opened by [${this.openingEvents(verdict).join(", ")}]`,
      verdict.status === "closed" ? "closed" : "open",
    ];
    return parts.join(", ");
  }
}

/** Every alert must meet one expectation of its own, and the other way round; the order of equals is free. */
function compareAlerts(
  expected: readonly ExpectedAlert[],
  got: readonly Verdict[],
  view: TestView,
): readonly string[] {
  const left = [...got];
  const lines: string[] = [];
  for (const entry of expected) {
    const index = left.findIndex((verdict) => mismatches(entry, verdict, view).length === 0);
    if (index >= 0) {
      left.splice(index, 1);
      continue;
    }
    lines.push(`expected  ${JSON.stringify(entry)}`);
    const nearest = nearestOf(entry, left, view);
    if (nearest !== null) lines.push(...nearest.map((line) => `          ${line}`));
  }
  for (const verdict of left)
    lines.push(`${lines.length === 0 ? "not expected" : "got       "} ${view.shown(verdict)}`);
  return lines;
}

function nearestOf(entry: ExpectedAlert, left: readonly Verdict[], view: TestView): readonly string[] | null {
  const all = left.map((verdict) => mismatches(entry, verdict, view)).sort((a, b) => a.length - b.length);
  return all[0] ?? null;
}

/** The keys of the expectation that the alert does not meet. */
function mismatches(entry: ExpectedAlert, verdict: Verdict, view: TestView): readonly string[] {
  const lines: string[] = [];
  const check = (key: string, wanted: unknown, actual: unknown): void => {
    if (wanted === undefined) return;
    const [left, right] = [JSON.stringify(wanted), JSON.stringify(actual)];
    if (left !== right) lines.push(`${key}: expected ${left}, got ${right}`);
  };
  const offset = (text: string | undefined): number | undefined =>
    text === undefined ? undefined : parseOffset(text)!;
  check("rule", entry.rule, isKnownAs(verdict.rule, entry.rule) ? entry.rule : verdict.rule.id);
  check("at", offset(entry.at), verdict.openedAt - view.start);
  check("last_seen", offset(entry.last_seen), verdict.lastSeen - view.start);
  check("group", entry.group === undefined ? undefined : sorted(entry.group), sorted(verdict.group));
  check("severity", entry.severity, verdict.rule.severity);
  check(
    "actions",
    entry.actions,
    verdict.rule.actions.map(({ type }) => type),
  );
  check(
    "events",
    entry.events === undefined ? undefined : [...entry.events].sort((a, b) => a - b),
    view.openingEvents(verdict),
  );
  check("event_count", entry.event_count, verdict.count);
  check("closed", entry.closed, verdict.status === "closed");
  return lines;
}

function isKnownAs({ id, name, knownAs = [] }: Rule, wanted: string | undefined): boolean {
  return wanted !== undefined && [id, name, ...knownAs].includes(wanted);
}

function sorted(map: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
}
