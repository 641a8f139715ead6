/**
 * What a rule means, word by word from the definition (semantics 4) and as slowly as that reads: for every event time
 * the window is cut out anew and every condition is tried by brute force. It shares with the engine only which events
 * are relevant (`Condition.mark`) and the group of an event.
 */
import type { SecurityEvent } from "../../src/events/security-event.ts";
import type { Rule } from "../../src/rules/rule.ts";

export type Comparison = ">" | ">=" | "<" | "<=" | "==" | "!=";

/** A condition as a rule file writes it, in the part of the language that is checked here. */
export type WrittenCondition =
  | { readonly type: "event_count"; readonly operator: Comparison; readonly threshold: number }
  | {
      readonly type: "unique_count";
      readonly field: string | readonly string[];
      readonly operator: Comparison;
      readonly threshold: number;
    }
  | {
      readonly type: "threshold";
      readonly field: string;
      readonly aggregate: "any" | "sum" | "avg" | "min" | "max";
      readonly operator: Comparison;
      readonly threshold: number;
      readonly min_count: number;
    }
  | { readonly type: "pattern_match"; readonly field: string; readonly pattern: string }
  | { readonly type: "event_sequence"; readonly sequence: readonly WrittenStep[]; readonly within?: string }
  | { readonly type: "time_pattern"; readonly pattern: { from: string; to: string; invert: boolean } };

/** A step is a type, or one of several types, `runs` times. */
export type WrittenStep =
  | string
  | { readonly where: { readonly type: readonly string[] }; readonly runs: number };

/** The expression over the conditions by their places. */
export type Tree =
  | number
  | { readonly not: Tree }
  | { readonly all: readonly Tree[] }
  | { readonly any: readonly Tree[] };

export interface ReferenceAlert {
  readonly rule: string;
  readonly group: string;
  readonly openedAt: number;
  readonly lastSeen: number;
  readonly eventCount: number;
  /** Ids in event-time order, then by id: the newest of W(opened_at), then the first of the later ones. */
  readonly evidence: readonly string[];
  readonly closed: boolean;
}

/** The alerts of one rule once the watermark stands at `watermark`. Of two events under one id the first counts. */
export function referenceAlerts(
  rule: Rule,
  conditions: readonly WrittenCondition[],
  tree: Tree,
  events: readonly SecurityEvent[],
  watermark: number,
  maxEvidence: number,
): readonly ReferenceAlert[] {
  const settled = conditions.some(isSettled);
  const alerts: ReferenceAlert[] = [];
  for (const [group, relevant] of relevantByGroup(rule, events)) {
    const windowAt = (t: number): readonly SecurityEvent[] =>
      relevant.filter(({ timestamp }) => timestamp >= t - rule.window && timestamp <= t);
    const satisfied = (t: number): boolean =>
      holdsTree(tree, (index) => {
        const seen = windowAt(t).filter((event) => rule.conditions[index]!.mark(event) !== undefined);
        return holds(conditions[index]!, seen, t);
      });
    const times = [...new Set(relevant.map(({ timestamp }) => timestamp))]
      .sort((a, b) => a - b)
      .filter((t) => (!settled || t < watermark) && satisfied(t));
    for (const [openedAt, lastSeen] of episodesOf(times, rule.window)) {
      const part = relevant
        .filter(({ timestamp }) => timestamp >= openedAt - rule.window && timestamp <= lastSeen)
        .sort((a, b) => a.timestamp - b.timestamp || (a.id < b.id ? -1 : 1));
      const opening = part.filter(({ timestamp }) => timestamp <= openedAt).slice(-maxEvidence);
      const later = part.filter(({ timestamp }) => timestamp > openedAt);
      alerts.push({
        rule: rule.id,
        group,
        openedAt,
        lastSeen,
        eventCount: part.length,
        evidence: [...opening, ...later].slice(0, maxEvidence).map(({ id }) => id),
        closed: lastSeen + rule.window < watermark,
      });
    }
  }
  return alerts;
}

function relevantByGroup(
  rule: Rule,
  events: readonly SecurityEvent[],
): ReadonlyMap<string, readonly SecurityEvent[]> {
  const groups = new Map<string, SecurityEvent[]>();
  for (const event of events) {
    const group = rule.group.of(event)?.key;
    if (group === undefined || rule.except?.test(event) === true) continue;
    if (!rule.conditions.some((condition) => condition.mark(event) !== undefined)) continue;
    const known = groups.get(group) ?? [];
    if (!known.some(({ id }) => id === event.id)) known.push(event);
    groups.set(group, known);
  }
  return groups;
}

/** Maximal runs of times whose neighbours are at most `window` apart. */
function episodesOf(times: readonly number[], window: number): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (const t of times) {
    const last = runs.at(-1);
    if (last !== undefined && t - last[1] <= window) last[1] = t;
    else runs.push([t, t]);
  }
  return runs;
}

function isSettled(condition: WrittenCondition): boolean {
  if (condition.type !== "threshold") return false;
  const { aggregate, operator } = condition;
  if (aggregate === "max") return operator !== ">" && operator !== ">=";
  if (aggregate === "min") return operator !== "<" && operator !== "<=";
  return aggregate === "avg";
}

function holdsTree(tree: Tree, term: (index: number) => boolean): boolean {
  if (typeof tree === "number") return term(tree);
  if ("not" in tree) return !holdsTree(tree.not, term);
  const parts = ("all" in tree ? tree.all : tree.any).map((part) => holdsTree(part, term));
  return "all" in tree ? !parts.includes(false) : parts.includes(true);
}

function holds(condition: WrittenCondition, seen: readonly SecurityEvent[], t: number): boolean {
  switch (condition.type) {
    case "event_count":
      return compare(seen.length, condition.operator, condition.threshold);
    case "unique_count": {
      const { field } = condition;
      const fields = typeof field === "string" ? [field] : field;
      const tuples = seen.flatMap((event) => tuplesOf(event, fields));
      return compare(new Set(tuples).size, condition.operator, condition.threshold);
    }
    case "threshold":
      return holdsThreshold(condition, seen);
    case "pattern_match":
      return seen.some(({ details }) => new RegExp(condition.pattern).test(String(details[condition.field])));
    case "event_sequence":
      return canFill(stepsOf(condition.sequence), seen, hopOf(condition.within), null);
    case "time_pattern":
      return inPattern(condition.pattern, t);
  }
}

function holdsThreshold(
  condition: WrittenCondition & { readonly type: "threshold" },
  seen: readonly SecurityEvent[],
): boolean {
  const { field, aggregate, operator, threshold, min_count: minCount } = condition;
  const values = seen.map(({ details }) => Number(details[field]));
  if (values.length < minCount) return false;
  switch (aggregate) {
    case "any":
      return values.some((value) => compare(value, operator, threshold));
    case "sum":
      return compare(
        values.filter((value) => value >= 0).reduce((sum, value) => sum + value, 0),
        operator,
        threshold,
      );
    case "avg":
      return compare(values.reduce((sum, value) => sum + value, 0) / values.length, operator, threshold);
    case "min":
      return compare(Math.min(...values), operator, threshold);
    case "max":
      return compare(Math.max(...values), operator, threshold);
  }
}

/** Tries every event for the first step and, behind it, every other one for the rest. */
function canFill(
  steps: readonly (readonly string[])[],
  events: readonly SecurityEvent[],
  hop: number,
  after: number | null,
): boolean {
  const [step, ...rest] = steps;
  if (step === undefined) return true;
  return events.some((event) => {
    const { timestamp: t, type } = event;
    if (!step.includes(type) || (after !== null && (t < after || t - after > hop))) return false;
    return canFill(
      rest,
      events.filter((other) => other !== event),
      hop,
      t,
    );
  });
}

function stepsOf(sequence: readonly WrittenStep[]): readonly (readonly string[])[] {
  return sequence.flatMap((step) =>
    typeof step === "string" ? [[step]] : Array.from({ length: step.runs }, () => step.where.type),
  );
}

/** `20s`; only seconds are written here. */
function hopOf(within: string | undefined): number {
  return within === undefined ? Number.POSITIVE_INFINITY : Number(within.slice(0, -1)) * 1000;
}

/** Every combination of the fields' values, a list giving each element. */
function tuplesOf({ details }: SecurityEvent, fields: readonly string[]): readonly string[] {
  let tuples: string[][] = [[]];
  for (const field of fields) {
    const value = details[field];
    const elements = Array.isArray(value) ? value : [value];
    tuples = tuples.flatMap((tuple) => elements.map((element) => [...tuple, String(element)]));
  }
  return tuples.map((tuple) => JSON.stringify(tuple));
}

/** `from` belongs to the pattern, `to` does not; UTC, every day. */
function inPattern({ from, to, invert }: { from: string; to: string; invert: boolean }, t: number): boolean {
  const clock = new Date(t).toISOString().slice(11, 16);
  return (clock >= from && clock < to) !== invert;
}

function compare(value: number, operator: Comparison, threshold: number): boolean {
  if (operator === ">") return value > threshold;
  if (operator === ">=") return value >= threshold;
  if (operator === "<") return value < threshold;
  if (operator === "<=") return value <= threshold;
  return operator === "==" ? value === threshold : value !== threshold;
}
