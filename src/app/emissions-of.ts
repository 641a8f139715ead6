import { type ActionSettings, planActions } from "../actions/plan-actions.ts";
import { alertOf } from "../alerts/alert-of.ts";
import type { Verdict } from "../correlation/verdict.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import { chainedEvents } from "./chained-events.ts";
import type { Emission } from "./outbox.ts";

/**
 * What a verdict makes go out: its alert, unless the rule raises none or it is one too many of a storm; with an opening, and
 * with alerts of rules without state, the actions planned; and what rules of other groups read. `rawTopic`: for evidence.
 */
export function emissionsOf(
  verdict: Verdict,
  rules: RuleSet,
  rawTopic: string,
  actions: ActionSettings,
): readonly Emission[] {
  const { rule, muted, status } = verdict;
  const chained = chainedEvents(verdict, rules).map((record): Emission => ({ kind: "chain", record }));
  if (!rule.alerts || muted) return chained;
  const bare = alertOf(verdict, rawTopic);
  const planned = planActions(rule, bare, actions);
  const alert: Emission = { kind: "alert", record: { ...bare, actions: planned.map(({ id }) => id) } };
  if (status !== "open" && rule.stateless !== true) return [alert, ...chained];
  return [alert, ...planned.map((record): Emission => ({ kind: "action", record })), ...chained];
}
