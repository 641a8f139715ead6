/** The final alerts of the embedded engine over a load in order: what every number of processes must come to. */
import { EmbeddedEngine } from "../../src/app/embedded-engine.ts";
import { FinalAlerts } from "../../src/app/final-alerts.ts";
import { loadRuleSet } from "../../src/app/load-rule-set.ts";
import type { JudgeSettings } from "../../src/correlation/judge-settings.ts";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import type { RuleSet } from "../../src/rules/rule-set.ts";
import { alertLine } from "./final-alert-lines.ts";

/** The product's defaults. */
export const settings: JudgeSettings = {
  allowedLateness: 60_000,
  updateInterval: 60_000,
  maxEvidence: 50,
  maxEvents: 1_000,
};

export function rulesOf(paths: readonly string[]): RuleSet {
  return loadRuleSet({ rules: paths, calendar: {}, lists: {} });
}

/** Sorted, as `finalAlertLines` gives them. */
export function expectedLines(events: Iterable<SecurityEvent>, paths: readonly string[]): readonly string[] {
  const engine = new EmbeddedEngine(rulesOf(paths), settings);
  const alerts = new FinalAlerts();
  for (const event of events) alerts.add(engine.feed(event));
  alerts.add(engine.finish());
  return linesOf(alerts);
}

/** Sorted. */
export function linesOf(alerts: FinalAlerts): readonly string[] {
  return alerts
    .list()
    .map(({ rule, group, openedAt, status, count }) =>
      alertLine({ rule: rule.id, group, openedAt, closed: status === "closed", count }),
    )
    .sort();
}
