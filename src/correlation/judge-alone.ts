/**
 * Rules without state (semantics 8: a Sigma detection by itself): the event alone satisfies the rule, and is an alert.
 *
 * There is nothing to wait for and nothing to update, so the one record of such an alert is its opening and its end,
 * `closed` at revision 1. A redelivered event gives the same record under the same id; a late one is judged like any
 * other and marked.
 */
import type { SecurityEvent } from "../events/security-event.ts";
import { evaluate } from "../rules/expression.ts";
import type { Rule } from "../rules/rule.ts";
import type { WindowEntry } from "../state/store.ts";
import { alertId } from "./alert-id.ts";
import { entitiesOf } from "./entities.ts";
import { eventOf } from "./episode.ts";
import { type JudgeSettings, latenessOf } from "./judge-settings.ts";
import type { Verdict } from "./verdict.ts";

const groupKey = "*";

/** Null where the event does not satisfy the rule. `time`: the partition's event time. */
export function judgeAlone(
  rule: Rule,
  entry: WindowEntry,
  event: SecurityEvent,
  time: number,
  settings: JudgeSettings,
): Verdict | null {
  const { t } = entry;
  const spans = entry.marks.map((mark) =>
    mark === null
      ? { times: [], marks: [], start: 0, end: 0 }
      : { times: [t], marks: [mark], start: 0, end: 1 },
  );
  const context = { t, from: t, since: null, saturated: false };
  const met = rule.conditions.map((condition, index) => condition.holds(spans[index]!, context));
  if (!evaluate(rule.expression, (index) => met[index]!)) return null;
  const id = alertId(rule, groupKey, entry.id);
  return {
    status: "closed",
    rule,
    groupKey,
    group: {},
    id,
    revision: 1,
    openedAt: t,
    lastSeen: t,
    closedAt: t,
    mergedInto: null,
    count: 1,
    evidence: [eventOf(entry)],
    conditions: rule.conditions.map((condition, index) => {
      const { name, operator, threshold } = condition;
      const value = condition.measure(spans[index]!, context);
      return { name, value, operator, threshold, met: met[index]!, phrase: condition.phrase(value) };
    }),
    entities: entitiesOf(event),
    late: t < time - latenessOf(rule, settings),
    gap: settings.lost?.(entry.t, entry.t, entitiesOf(event).node) === true,
    rebuilt: settings.rebuilding !== undefined && !settings.rebuilding.knows(id),
    muted: settings.admits?.(rule, t) === false,
  };
}
