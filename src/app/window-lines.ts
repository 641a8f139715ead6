/**
 * What a failed test had in the window: the events of the group around the time in question, with the conditions that
 * each is relevant to, and what held at that time.
 */

import type { Verdict } from "../correlation/verdict.ts";
import { parseOffset } from "../events/duration.ts";
import type { Rule } from "../rules/rule.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import type { Arrival } from "../rules/rule-test.ts";
import type { WindowEntry } from "../state/store.ts";
import type { Difference } from "./compare-alerts.ts";
import { conditionFields } from "./condition-fields.ts";
import { explainInstant } from "./explain-instant.ts";
import { instantLines } from "./instant-lines.ts";
import { type GroupHistory, RuleHistory } from "./rule-history.ts";
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
    const rule = ruleOf(difference, rules);
    if (rule === undefined || blocks.size >= windowsTold) continue;
    const history = historyOf(rule, written);
    history.addProduced(alerts, rules);
    const t = timeOf(difference, view);
    const group = groupOf(difference, history, t);
    if (group === undefined) {
      blocks.set(rule.id, [
        `${rule.id}: no event is relevant${difference.expected?.group === undefined ? "" : " in this group"}`,
      ]);
      continue;
    }
    const at = t ?? group.window.newest ?? view.start;
    blocks.set(`${rule.id} ${group.key} ${at}`, block(rule, group, at, view));
  }
  return [...blocks.values()].flat();
}

function ruleOf({ expected, got }: Difference, { rules }: RuleSet): Rule | undefined {
  const wanted = expected?.rule;
  if (wanted !== undefined) {
    return rules.find(({ id, name, knownAs = [] }) => [id, name, ...knownAs].includes(wanted));
  }
  return got?.rule ?? rules.find(({ alerts }) => alerts);
}

function historyOf(rule: Rule, written: readonly Arrival[]): RuleHistory {
  const history = new RuleHistory(rule);
  for (const arrival of written) if ("event" in arrival) history.add(arrival.event);
  return history;
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
  const touched = history.touched();
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
  const around = window.between(t - 2 * rule.window, t + rule.window);
  const shown = around.length <= eventsTold ? around : nearestTo(t, around);
  const left = around.length - shown.length;
  const names = (entry: WindowEntry): string =>
    rule.conditions
      .filter((_, index) => (entry.marks[index] ?? null) !== null)
      .map(({ name }) => name)
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
    `${rule.id}, ${group.key}, window ${view.offset(t - rule.window)} to ${view.offset(t)}:`,
    ...aligned(rows).map((line) => `  ${line}`),
    ...(left > 0 ? [`  and ${left} more`] : []),
    ...instantLines(instant).map((line) => `  ${line}`),
  ];
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
