/** Identities of alerts: hashes, so that whoever raises an alert again raises it under the same id. */
import { createHash } from "node:crypto";
import type { Rule } from "../rules/rule.ts";

/** Of one episode: rule, what decides in it, group, and the event that opened it first. */
export function alertId(rule: Pick<Rule, "id" | "decides">, groupKey: string, openedBy: string): string {
  return hash([rule.id, rule.decides, groupKey, openedBy]);
}

/** The same for every episode of a rule (in shadow mode another than in force) in a group; key of the alerts topic. */
export function fingerprint(ruleName: string, groupKey: string): string {
  return hash([ruleName, groupKey]);
}

function hash(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
}
