/** Sigma documents as text, loaded and judged in memory; alerts as short lines. */
import { EmbeddedEngine } from "../../../src/app/embedded-engine.ts";
import { FinalAlerts } from "../../../src/app/final-alerts.ts";
import { conditionTypes } from "../../../src/correlation/condition-types.ts";
import { formatFault } from "../../../src/errors.ts";
import type { JsonMap, SecurityEvent } from "../../../src/events/security-event.ts";
import { type CheckedRules, checkRules, type LoadOptions } from "../../../src/rules/load-rules.ts";
import { ruleSet } from "../../../src/rules/rule-set.ts";
import { settings, start } from "../../correlation/support.ts";
import { makeEvent } from "../../events/make-event.ts";

/** Names stand as they are unless `pipelines` says otherwise. */
export function check(text: string, options: Partial<LoadOptions> = {}): CheckedRules {
  return checkRules([{ file: "s.yml", text }], { conditionTypes, pipelines: "none", ...options });
}

/** Faults as they are printed, without the file. */
export function faultsOf(text: string, options: Partial<LoadOptions> = {}): readonly string[] {
  return check(text, options).faults.map((fault) => formatFault(fault).slice("s.yml:".length));
}

/** An event so many seconds after the start, called `e<second>` unless it says otherwise. */
export function at(second: number, details: JsonMap, rest: Partial<SecurityEvent> = {}): SecurityEvent {
  return makeEvent(details, { id: `e${second}`, timestamp: start + second * 1000, ...rest });
}

/** `3 many {"user":"ann"} low [e1 e3]`: final alerts by opening time. Throws on faults. */
export function alertsOf(
  text: string,
  events: readonly SecurityEvent[],
  options: Partial<LoadOptions> = {},
): readonly string[] {
  const { rules, faults } = check(text, options);
  if (faults.length > 0) throw new Error(faults.map(formatFault).join("\n"));
  const engine = new EmbeddedEngine(ruleSet(rules), settings);
  const alerts = new FinalAlerts();
  for (const event of events) alerts.add(engine.feed(event));
  alerts.add(engine.finish());
  return alerts.list().map(({ rule, openedAt, group, evidence }) => {
    const shown = Object.keys(group).length === 0 ? "" : ` ${JSON.stringify(group)}`;
    return `${(openedAt - start) / 1000} ${rule.id}${shown} [${evidence.map(({ id }) => id).join(" ")}]`;
  });
}

/** A detection of its own name, over any log source. */
export function detection(name: string, selection: string, more = ""): string {
  return `title: ${name}
name: ${name}
logsource: { product: test }
detection: { selection: ${selection}, condition: selection }
${more}
---
`;
}

/** A correlation called `outer`. */
export function correlation(body: string, more = ""): string {
  return `title: Outer
name: outer
correlation: ${body}
${more}
---
`;
}
