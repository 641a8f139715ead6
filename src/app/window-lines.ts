/**
 * What a failed test had in the window: the events of the group around the time in question, with the conditions that
 * each is relevant to, and what held at that time.
 */

import type { Verdict } from "../correlation/verdict.ts";
import { parseOffset } from "../events/duration.ts";
import { unknownWord } from "../rules/report-issues.ts";
import type { Rule } from "../rules/rule.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import type { Arrival } from "../rules/rule-test.ts";
import { ruleName } from "../rules/shadow.ts";
import type { WindowEntry } from "../state/store.ts";
import type { Difference } from "./compare-alerts.ts";
import { conditionFields } from "./condition-fields.ts";
import { explainInstant, whyNothing } from "./explain-instant.ts";
import { instantLines } from "./instant-lines.ts";
import { type GroupHistory, groupText, RuleHistory } from "./rule-history.ts";
import type { TestView } from "./test-view.ts";

const windowsTold = 3;
const eventsTold = 20;

/** One block for each window that a difference is about, at most three. */
export function windowLines(
  differences: readonly Difference[],
  rules: RuleSet,
  written: readonly Arrival[],
  alerts: readonly Verdict[],
  view: TestView,
): readonly string[] {
  const blocks = new Map<string, readonly string[]>();
  for (const difference of differences) {
    if (blocks.size >= windowsTold) continue;
    const t = timeOf(difference, view);
    const found = historyOf(difference, rules, (rule) => {
      const history = new RuleHistory(rule);
      for (const arrival of written) if ("event" in arrival) history.add(arrival.event);
      history.addProduced(alerts, rules);
      return history;
    });
    if (typeof found === "string") {
      blocks.set(found, [found]);
      continue;
    }
    const history = found;
    const { rule } = history;
    const group = groupOf(difference, history, t);
    if (group === undefined) {
      blocks.set(rule.id, nothing(history, difference.expected?.group !== undefined));
      continue;
    }
    const at = t ?? group.window.newest ?? view.start;
    blocks.set(`${rule.id} ${group.key} ${at}`, block(rule, group, at, view));
  }
  return [...blocks.values()].flat();
}

/** Of the rule that is named or alerted; else of the one that most events are relevant to. Or why there is none. */
function historyOf(
  { expected, got }: Difference,
  { rules }: RuleSet,
  fill: (rule: Rule) => RuleHistory,
): RuleHistory | string {
  const wanted = expected?.rule;
  const alerting = rules.filter(({ alerts }) => alerts);
  if (wanted !== undefined) {
    const named = rules.find(({ id, name, knownAs = [] }) => [id, name, ...knownAs].includes(wanted));
    return named === undefined
      ? unknownWord("rule that is tested", wanted, alerting.map(ruleName))
      : fill(named);
  }
  if (got !== null) return fill(got.rule);
  const [most] = alerting.map(fill).sort((a, b) => b.relevant - a.relevant);
  return most ?? "no rule that is tested raises alerts";
}

function timeOf({ expected, got }: Difference, { start }: TestView): number | null {
  if (expected?.at !== undefined) return start + parseOffset(expected.at)!;
  return got?.openedAt ?? null;
}

/** The group that is named; else that of the alert; else the one with most events in the window. */
function groupOf(
  { expected, got }: Difference,
  history: RuleHistory,
  t: number | null,
): GroupHistory | undefined {
  const touched = history.judged();
  const named = expected?.group;
  if (named !== undefined) {
    const texts = Object.values(named);
    return touched.find(({ values }) => texts.every((text) => Object.values(values).includes(text)));
  }
  const own = touched.find(({ key }) => key === got?.groupKey);
  if (own !== undefined) return own;
  const { window } = history.rule;
  const size = ({ window: group }: GroupHistory): number =>
    t === null ? group.entries.length : group.count(t - window, t);
  return touched.toSorted((a, b) => size(b) - size(a))[0];
}

function block(rule: Rule, group: GroupHistory, t: number, view: TestView): readonly string[] {
  const { window } = group;
  const [from, to] = [t - 2 * rule.window, t + rule.window];
  const consulted = window.consulted.filter((entry) => entry.t >= from && entry.t <= to);
  const around = [...window.between(from, to), ...consulted].sort((a, b) => a.t - b.t);
  const shown = around.length <= eventsTold ? around : nearestTo(t, around);
  const left = around.length - shown.length;
  const names = (entry: WindowEntry): string =>
    rule.conditions
      .flatMap(({ name, consults }, index) => {
        const mark = entry.marks[index] ?? null;
        if (mark === null) return [];
        return [consults?.(mark) === true ? `${name}: must not be there` : name];
      })
      .join(", ");
  const rows = shown.map((entry) => {
    const place = view.placeOf(entry.id);
    const outside = entry.t > t ? "later" : entry.t < t - rule.window ? "earlier" : "";
    return [
      place === undefined ? "[-]" : `[${place}]`,
      view.offset(entry.t),
      entry.type,
      names(entry),
      outside,
    ];
  });
  const instant = explainInstant(group, t, conditionFields(rule));
  return [
    `${rule.id}, ${groupText(group.values)}, window ${view.offset(t - rule.window)} to ${view.offset(t)}:`,
    ...aligned(rows).map((line) => `  ${line}`),
    ...(left > 0 ? [`  and ${left} more`] : []),
    ...instantLines(instant).map((line) => `  ${line}`),
  ];
}

/** Why nothing is relevant: in the group that is named, or at all. */
function nothing({ rule, relevant, events }: RuleHistory, named: boolean): readonly string[] {
  if (named && relevant > 0) return [`${rule.id}: no event is relevant in this group`];
  const fields = conditionFields(rule);
  const reasons = rule.conditions.flatMap((condition, index) => {
    const reason = whyNothing(condition, events, fields[index] ?? []);
    return reason === null ? [] : [`  ✗ ${condition.name}: ${reason}`];
  });
  return [`${rule.id}: no event is relevant`, ...reasons];
}

function nearestTo(t: number, entries: readonly WindowEntry[]): readonly WindowEntry[] {
  const upTo = entries.filter((entry) => entry.t <= t).slice(-eventsTold);
  return [...upTo, ...entries.filter((entry) => entry.t > t).slice(0, eventsTold - upTo.length)];
}

function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join("  ")
      .trimEnd(),
  );
}
