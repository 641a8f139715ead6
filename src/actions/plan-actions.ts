/**
 * The response actions of an alert, planned once at its opening. Planning only writes them down: `dry_run`, the default
 * mode, tells a responder to say what it would do.
 */
import { createHash } from "node:crypto";
import type { Alert } from "../alerts/alert.ts";
import type { Rule } from "../rules/rule.ts";
import type { Action, ActionMode } from "./action.ts";

export interface ActionSettings {
  readonly mode: ActionMode;
  /** Milliseconds of event time after which an action is not to be carried out any more. */
  readonly ttl: number;
}

/** Entities an action can act on, beside the alert's group. */
const targets = ["container_id", "pod", "namespace", "workload", "node", "cluster", "image", "user"];

/**
 * One action for each entry of the rule but `alert`, which the alert record itself fulfils. The ids do not depend on
 * the revision. Late and rebuilt alerts enforce nothing; alerts of rules in shadow mode plan nothing.
 */
export function planActions(rule: Rule, alert: Alert, settings: ActionSettings): readonly Action[] {
  const target = targetOf(alert);
  if (alert.shadow) return [];
  const mode = alert.late || alert.rebuilt ? "dry_run" : settings.mode;
  return rule.actions
    .filter(({ type }) => type !== "alert")
    .map(({ type, parameters }) => ({
      id: actionId(alert.id, type, target),
      alert_id: alert.id,
      type,
      target,
      parameters,
      severity: alert.severity,
      mode,
      created_at: alert.opened_at,
      expires_at: alert.opened_at + settings.ttl,
    }));
}

/** hash(alert id, type, target): a duplicate of an action carries the same id. */
export function actionId(alertId: string, type: string, target: Action["target"]): string {
  const sorted = Object.entries(target).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([alertId, type, sorted]))
    .digest("hex")
    .slice(0, 32);
}

function targetOf({ group, entities }: Alert): Action["target"] {
  const target: Record<string, string> = { ...group };
  for (const name of targets) {
    const value = entities[name];
    if (value !== undefined) target[name] = value;
  }
  return target;
}
