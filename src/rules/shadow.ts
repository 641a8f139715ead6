/**
 * Shadow mode: a rule on trial beside the live ones. It is judged like any other, its alerts are marked and plan no
 * actions, and no other rule reads it; so a changed rule can stand beside the one in force under the same id.
 */
import type { Rule } from "./rule.ts";

/** The rule in shadow mode. It says what it finds, even where the live rule would only make events for others. */
export function inShadow(rule: Rule): Rule {
  return Object.freeze({
    ...rule,
    mode: "shadow",
    alerts: true,
    emits: [],
    // Its windows, and thereby the ids of its alerts, are its own.
    decides: `${rule.decides}-shadow`,
    version: `${rule.version}-shadow`,
  });
}

/** Names a rule among all: two rules of one id may stand side by side, one of them in shadow mode. */
export function ruleName({ id, mode }: Pick<Rule, "id" | "mode">): string {
  return mode === "shadow" ? `${id}@shadow` : id;
}
