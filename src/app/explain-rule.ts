/**
 * `corral rules explain`: why a rule did or did not alert over recorded events. The files go through the embedded engine,
 * which says what alerts there are; a history of the rule's groups answers what held at those instants, and where it came
 * close.
 */
import type { JudgeSettings } from "../correlation/judge-settings.ts";
import type { Verdict } from "../correlation/verdict.ts";
import type { EnrichmentChain } from "../enrichment/chain.ts";
import { ConfigError } from "../errors.ts";
import type { Rule } from "../rules/rule.ts";
import { type RuleSet, ruleSet } from "../rules/rule-set.ts";
import { ruleName } from "../rules/shadow.ts";
import type { ReadRecord } from "../sources/read-record.ts";
import { conditionFields } from "./condition-fields.ts";
import { EmbeddedEngine } from "./embedded-engine.ts";
import {
  type ExplainedInstant,
  explainInstant,
  type FieldsOfConditions,
  whyNothing,
} from "./explain-instant.ts";
import { FinalAlerts } from "./final-alerts.ts";
import { nearMisses } from "./near-misses.ts";
import { type RefusedLine, readEventFiles } from "./read-event-files.ts";
import { type GroupHistory, groupText, RuleHistory } from "./rule-history.ts";

export interface ExplainOptions {
  /** All rules: others may produce what this one reads. */
  readonly rules: RuleSet;
  readonly rule: Rule;
  readonly judge: JudgeSettings;
  readonly readRecord: ReadRecord;
  readonly chain: EnrichmentChain;
  /** Key or value of the only group to tell of. */
  readonly group?: string | undefined;
}

export interface ExplainedGroup {
  /** `container=c1`. */
  readonly name: string;
  /** Relevant events. */
  readonly events: number;
  readonly alerts: readonly { readonly alert: Verdict; readonly instant: ExplainedInstant }[];
  /** Closest first. */
  readonly nearMisses: readonly ExplainedInstant[];
}

export interface RuleExplanation {
  readonly events: number;
  readonly relevant: number;
  readonly late: number;
  readonly refused: readonly RefusedLine[];
  /** Groups in which some event was relevant. */
  readonly touched: number;
  /** Those with alerts first, then those that came closest. */
  readonly groups: readonly ExplainedGroup[];
  /** Conditions to which no event of the files was relevant, and why. */
  readonly never: readonly { readonly name: string; readonly reason: string }[];
}

const missesTold = 3;

/** Throws ConfigError for a file that cannot be read and a group that no event belongs to. */
export async function explainRule(
  files: readonly string[],
  { rules, rule, judge, readRecord, chain, group }: ExplainOptions,
): Promise<RuleExplanation> {
  const refused: RefusedLine[] = [];
  const engine = new EmbeddedEngine(allAlerting(rules), judge);
  const alerts = new FinalAlerts();
  const history = new RuleHistory(rule);
  let events = 0;
  for await (const raw of readEventFiles(files, readRecord, refused)) {
    const event = chain.pass(raw);
    events += 1;
    alerts.add(engine.feed(event));
    history.add(event);
  }
  alerts.add(engine.finish());
  history.addProduced(alerts.list(), rules);
  const fields = conditionFields(rule);
  const own = alerts.list().filter((alert) => ruleName(alert.rule) === ruleName(rule));
  const groups = chosen(history, group).map((each) => explainGroup(each, own, fields));
  return {
    events,
    relevant: history.relevant,
    touched: history.touched().length,
    late: engine.counts.late + engine.counts.tooLate,
    refused,
    groups: groups.toSorted((a, b) => Number(b.alerts.length > 0) - Number(a.alerts.length > 0)),
    never: rule.conditions.flatMap((condition, index) => {
      const reason = whyNothing(condition, history.events, fields[index] ?? []);
      return reason === null ? [] : [{ name: condition.name, reason }];
    }),
  };
}

/** Rules that only make events for others too say when they were satisfied. */
function allAlerting({ rules }: RuleSet): RuleSet {
  return ruleSet(rules.map((rule) => (rule.alerts ? rule : { ...rule, alerts: true })));
}

function chosen(history: RuleHistory, group: string | undefined): readonly GroupHistory[] {
  if (group === undefined) return history.judged();
  const found = history.find(group);
  if (found !== undefined) return [found];
  const known = history
    .judged()
    .slice(0, 10)
    .map(({ values }) => groupText(values));
  throw new ConfigError(
    `Cannot explain the group: some event must belong to it: current value is ${group}; there are ${known.join(", ") || "none"}`,
  );
}

function explainGroup(
  group: GroupHistory,
  alerts: readonly Verdict[],
  fields: FieldsOfConditions,
): ExplainedGroup {
  const { window, key, values, seen } = group;
  const own = alerts.filter(({ groupKey }) => groupKey === key);
  const misses = nearMisses(window, own).slice(0, missesTold);
  // A group that was asked for and came close to nothing is told of at its last event.
  const last = misses.length + own.length === 0 ? seen.at(-1)?.timestamp : undefined;
  return {
    name: groupText(values),
    events: window.entries.length,
    alerts: own.map((alert) => ({ alert, instant: explainInstant(group, alert.openedAt, fields) })),
    nearMisses: [...misses.map(({ t }) => t), ...(last === undefined ? [] : [last])].map((t) =>
      explainInstant(group, t, fields),
    ),
  };
}
