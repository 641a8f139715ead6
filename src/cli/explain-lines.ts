/** An explanation in words, for a terminal. */
import type { ExplainedInstant } from "../app/explain-instant.ts";
import type { ExplainedGroup, RuleExplanation } from "../app/explain-rule.ts";
import { instantLines } from "../app/instant-lines.ts";
import { formatDuration } from "../events/duration.ts";
import type { Rule } from "../rules/rule.ts";
import { plural } from "./plural.ts";

const groupsTold = 20;

export function explanationLines(rule: Rule, explanation: RuleExplanation): readonly string[] {
  const { events, relevant, touched, late, groups, never } = explanation;
  const alerts = groups.reduce((sum, group) => sum + group.alerts.length, 0);
  const by = rule.groupBy.length === 0 ? "one group" : `by ${rule.groupBy.join(", ")}`;
  const head = [
    `${rule.id}: window ${formatDuration(rule.window)}, ${by}`,
    `${plural(events, "event")}, ${relevant} relevant in ${plural(touched, "group")}, ${late} late: ${plural(alerts, "alert")}`,
  ];
  const told = groups.slice(0, groupsTold);
  const more = groups.length - told.length;
  return [
    ...head,
    ...never.map(({ name, reason }) => `no event is relevant to ${name}: ${reason}`),
    ...told.flatMap(groupLines),
    ...(more > 0 ? ["", `and ${plural(more, "group")} more; --group tells of one`] : []),
  ];
}

function groupLines({ name, events, alerts, nearMisses }: ExplainedGroup): readonly string[] {
  return [
    "",
    `${name}: ${plural(events, "relevant event")}, ${plural(alerts.length, "alert")}`,
    ...alerts.flatMap(({ alert, instant }) => [
      `  alert ${new Date(alert.openedAt).toISOString()}, last seen ${new Date(alert.lastSeen).toISOString()}, ${plural(alert.count, "event")}`,
      ...conditionLines(instant),
    ]),
    ...nearMisses.flatMap((instant) => [
      `  ${wordOf(instant)} ${new Date(instant.t).toISOString()}, ${metOf(instant)}`,
      ...conditionLines(instant),
    ]),
  ];
}

function wordOf({ conditions }: ExplainedInstant): string {
  const came = conditions.some(
    ({ met, negated, value }) => !negated && (met || !["0", "none"].includes(value)),
  );
  return came ? "near miss" : "at";
}

function metOf({ conditions }: ExplainedInstant): string {
  return `${conditions.filter(({ met }) => met).length} of ${plural(conditions.length, "condition")}`;
}

function conditionLines(instant: ExplainedInstant): readonly string[] {
  return instantLines(instant).map((line) => `    ${line}`);
}
