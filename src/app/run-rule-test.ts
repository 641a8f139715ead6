/** Runs one test of a rule file against the rules of its file, and says how the alerts differ from what it expects. */
import type { JudgeSettings } from "../correlation/judge-settings.ts";
import type { Verdict } from "../correlation/verdict.ts";
import { parseDuration } from "../events/duration.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import { type Arrival, arrivals, type RuleTest } from "../rules/rule-test.ts";
import { compareAlerts, type Difference } from "./compare-alerts.ts";
import { EmbeddedEngine } from "./embedded-engine.ts";
import { FinalAlerts } from "./final-alerts.ts";
import { seededRandom, shuffleWithinLateness } from "./shuffle-arrivals.ts";
import { TestView } from "./test-view.ts";
import { windowLines } from "./window-lines.ts";

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
  const view = new TestView(test, written);
  const lateness =
    test.allowed_lateness === undefined ? defaultLateness : parseDuration(test.allowed_lateness)!;
  const failed = ({ differences, alerts }: Outcome, head: readonly string[]): RuleTestResult => ({
    name: test.name,
    passed: false,
    differences: [
      ...head,
      ...differences.flatMap(({ lines }) => lines),
      ...windowLines(differences, rules, written, alerts, view),
    ],
  });
  const outcome = outcomeOf(rules, test, view, written, lateness);
  if (outcome.differences.length > 0) return failed(outcome, []);

  for (let seed = 1; test.any_order && seed <= shuffles; seed += 1) {
    const shuffled = shuffleWithinLateness(written, lateness, seededRandom(seed));
    const found = outcomeOf(rules, test, view, shuffled, lateness);
    if (found.differences.length === 0) continue;
    const order = shuffled.map((arrival) => written.indexOf(arrival)).join(", ");
    return failed(found, [`in the order of arrival ${order} (seed ${seed}):`]);
  }
  return { name: test.name, passed: true, differences: [] };
}

interface Outcome {
  readonly alerts: readonly Verdict[];
  readonly differences: readonly Difference[];
}

function outcomeOf(
  rules: RuleSet,
  test: RuleTest,
  view: TestView,
  order: readonly Arrival[],
  allowedLateness: number,
): Outcome {
  const settings: JudgeSettings = {
    allowedLateness,
    updateInterval: 60_000,
    maxEvidence: 1000,
    maxEvents: 10_000,
  };
  const engine = new EmbeddedEngine(rules, settings, view.start);
  const alerts = new FinalAlerts();
  for (const arrival of order) {
    alerts.add("event" in arrival ? engine.feed(arrival.event) : engine.advanceBy(arrival.advance));
  }
  if (!test.open_end) alerts.add(engine.finish());
  return { alerts: alerts.list(), differences: compareAlerts(test.expect, alerts.list(), view) };
}
