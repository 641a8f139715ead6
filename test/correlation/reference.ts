/**
 * What a rule means, word by word from the definition (semantics 4) and as slowly as that reads: for every event time
 * the window is cut out anew and every condition is tried by brute force. It shares with the engine only which events
 * are relevant (`Condition.mark`) and the group of an event.
 */
import type { SecurityEvent } from "../../src/events/security-event.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { type Literal, type NormalForm, satisfiedDeadlines } from "./reference-deadline.ts";
import {
  fillsStep,
  isPlain,
  isTrailing,
  ReferenceSequence,
  type WrittenSequence,
} from "./reference-sequence.ts";

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
      readonly aggregate: "any" | "sum" | "avg" | "min" | "max" | "median" | "percentile";
      readonly percentile?: number;
      readonly operator: Comparison;
      readonly threshold: number;
      readonly min_count: number;
    }
  | { readonly type: "pattern_match"; readonly field: string; readonly pattern: string }
  | WrittenSequence
  | {
      readonly type: "new_value";
      readonly field: string | readonly string[];
      readonly lookback: string;
      readonly warmup: string;
    }
  | {
      readonly type: "rate_change";
      readonly operator: Comparison;
      readonly factor: number;
      readonly min_count: number;
    }
  | { readonly type: "time_pattern"; readonly pattern: { from: string; to: string; invert: boolean } };

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

/** What `for_each` lists, when the rule was loaded, and how far event time has come. */
export interface Listed {
  readonly groups: readonly string[];
  readonly loadedAt: number;
  readonly come: number;
}

/** The alerts of one rule once the watermark stands at `watermark`. Of two events under one id the first counts. */
export function referenceAlerts(
  rule: Rule,
  conditions: readonly WrittenCondition[],
  tree: Tree,
  events: readonly SecurityEvent[],
  watermark: number,
  maxEvidence: number,
  listed: Listed | null = null,
): readonly ReferenceAlert[] {
  const alerts: ReferenceAlert[] = [];
  const byGroup = seenByGroup(rule, events);
  for (const group of listed?.groups ?? byGroup.keys()) {
    const reading = new Reading(rule, conditions, byGroup.get(group) ?? []);
    const { relevant } = reading;
    const times =
      listed === null
        ? reading.satisfied(tree, watermark)
        : reading.satisfiedWindows(tree, listed.loadedAt, Math.min(watermark, listed.come + 1));
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

/** What the conditions make of the events of one group. */
class Reading {
  readonly relevant: readonly SecurityEvent[];
  readonly #rule: Rule;
  readonly #conditions: readonly WrittenCondition[];
  /** Per condition what it sees, relevant or only consulted. */
  readonly #seen: readonly (readonly SecurityEvent[])[];
  readonly #sequences: readonly (ReferenceSequence | null)[];

  constructor(rule: Rule, conditions: readonly WrittenCondition[], events: readonly SecurityEvent[]) {
    this.#rule = rule;
    this.#conditions = conditions;
    this.#seen = rule.conditions.map(({ mark }) => events.filter((event) => mark(event) !== undefined));
    this.#sequences = conditions.map((written, index) =>
      written.type === "event_sequence"
        ? new ReferenceSequence(written, this.#seen[index]!, rule.window)
        : null,
    );
    this.relevant = events.filter((event) => rule.conditions.some((_, index) => this.#counts(index, event)));
  }

  satisfied(tree: Tree, watermark: number): readonly number[] {
    const { window } = this.#rule;
    const times = timesOf(this.relevant);
    if (hasDenied(this.#conditions, tree)) {
      const moments = {
        relevant: times,
        all: timesOf(this.#seen.flat()),
        shared: (t: number, one: number, other: number) =>
          this.relevant.some(
            (event) => event.timestamp === t && this.#counts(one, event) && this.#counts(other, event),
          ),
      };
      return satisfiedDeadlines(this.#normalForm(tree, false), moments, window, watermark);
    }
    const settled = this.#conditions.some(isSettled);
    return times
      .filter((t) => !settled || t < watermark)
      .filter((t) => holdsTree(tree, (index) => this.#holds(index, t - window, t)));
  }

  /** Ends before `end` of whole windows since the rule was loaded, at which it holds. */
  satisfiedWindows(tree: Tree, loadedAt: number, end: number): readonly number[] {
    const { window } = this.#rule;
    const times: number[] = [];
    for (let t = Math.ceil(loadedAt / window) * window + window; t < end; t += window) {
      if (holdsTree(tree, (index) => this.#holds(index, t - window, t))) times.push(t);
    }
    return times;
  }

  /** Whether the event is relevant to the condition. */
  #counts(index: number, event: SecurityEvent): boolean {
    const written = this.#conditions[index];
    if (!this.#seen[index]!.includes(event)) return false;
    return written?.type !== "event_sequence" || fillsStep(written, event);
  }

  #within(index: number, from: number, to: number): readonly SecurityEvent[] {
    return this.#seen[index]!.filter(({ timestamp }) => timestamp >= from && timestamp <= to);
  }

  /** The condition on [from, to], judged at `to`. */
  #holds(index: number, from: number, to: number): boolean {
    const written = this.#conditions[index]!;
    if (written.type === "event_sequence") return this.#sequences[index]!.holds(from, to);
    if (written.type === "time_pattern") return inPattern(written.pattern, to);
    if (written.type === "new_value") return this.#isNew(written, this.#seen[index]!, to);
    if (written.type === "rate_change") return this.#changes(written, index, to);
    return holds(written, this.#within(index, from, to));
  }

  #isNew(
    { field, lookback, warmup }: WrittenCondition & { readonly type: "new_value" },
    seen: readonly SecurityEvent[],
    t: number,
  ): boolean {
    if (t - this.#since() < millis(warmup)) return false;
    const values = (events: readonly SecurityEvent[]) => valuesIn(events, field);
    const known = values(seen.filter(({ timestamp }) => timestamp >= t - millis(lookback) && timestamp < t));
    return [...values(seen.filter(({ timestamp }) => timestamp === t))].some((value) => !known.has(value));
  }

  #changes(
    { operator, factor, min_count: floor }: WrittenCondition & { readonly type: "rate_change" },
    index: number,
    t: number,
  ): boolean {
    const { window } = this.#rule;
    if (t - this.#since() < 2 * window) return false;
    const now = this.#within(index, t - window, t).length;
    const before = this.#within(index, t - 2 * window, t - window - 1).length;
    return now >= floor && compare(now, operator, factor * before);
  }

  /** The group's first relevant event. */
  #since(): number {
    return Math.min(...this.relevant.map(({ timestamp }) => timestamp));
  }

  #normalForm(tree: Tree, negated: boolean): NormalForm {
    if (typeof tree === "number") return this.#term(tree, negated);
    if ("not" in tree) return this.#normalForm(tree.not, !negated);
    const parts = ("all" in tree ? tree.all : tree.any).map((part) => this.#normalForm(part, negated));
    return "all" in tree === !negated ? { all: parts } : { any: parts };
  }

  #term(index: number, negated: boolean): NormalForm {
    const written = this.#conditions[index]!;
    const actual = (from: number, to: number): boolean => this.#holds(index, from, to) !== negated;
    if (written.type === "time_pattern") return { index, kind: "instant", holds: actual };
    if (written.type === "event_sequence" && isTrailing(written)) {
      if (negated) return { index, kind: "enough", holds: actual };
      const opens = (from: number, to: number): boolean => this.#sequences[index]!.filled(from, to);
      return { index, kind: "trailing", holds: actual, opens };
    }
    if (!isCounted(written)) return { index, kind: negated ? "denied" : "positive", holds: actual };

    const { operator, threshold } = written;
    const floor = written.type === "threshold" ? written.min_count : 0;
    const reaches = (word: ">" | ">=", not: boolean): Literal => ({
      index,
      kind: not ? "denied" : "positive",
      holds: (from, to) => {
        const seen = this.#within(index, from, to);
        const enough = not || seen.length >= floor;
        return (enough && compare(amountOf(written, seen), word, threshold)) !== not;
      },
    });
    const enough: Literal = {
      index,
      kind: "enough",
      holds: (from, to) => this.#within(index, from, to).length >= floor,
    };
    switch (operator) {
      case ">":
      case ">=":
        // Under `not` a sum that has not got its values is not there.
        if (negated) return { index, kind: "denied", holds: actual };
        return reaches(operator, false);
      case "<":
      case "<=": {
        const bound = operator === "<" ? ">=" : ">";
        return negated ? reaches(bound, false) : { all: [reaches(bound, true), enough] };
      }
      default: {
        if ((operator === "==") === negated)
          // One half may come true when the other has become false: it never breaks.
          return { index, kind: "enough", holds: actual };
        return { all: [reaches(">=", false), reaches(">", true)] };
      }
    }
  }
}

/** Events that any condition sees, by group. */
function seenByGroup(
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

function timesOf(events: readonly SecurityEvent[]): readonly number[] {
  return [...new Set(events.map(({ timestamp }) => timestamp))].sort((a, b) => a - b);
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

type Counted = Extract<WrittenCondition, { readonly type: "event_count" | "unique_count" | "threshold" }>;

/** Compares what more events can only raise. */
function isCounted(condition: WrittenCondition): condition is Counted {
  const { type } = condition;
  return (
    type === "event_count" ||
    type === "unique_count" ||
    (type === "threshold" && condition.aggregate === "sum")
  );
}

/** Of events that a counted condition sees. */
function amountOf(condition: Counted, seen: readonly SecurityEvent[]): number {
  if (condition.type === "event_count") return seen.length;
  if (condition.type === "unique_count") return valuesIn(seen, condition.field).size;
  const values = seen.map(({ details }) => Number(details[condition.field]));
  return values.filter((value) => value >= 0).reduce((sum, value) => sum + value, 0);
}

function isSettled(condition: WrittenCondition): boolean {
  const { type } = condition;
  if (type === "new_value" || type === "rate_change") return true;
  if (type === "event_sequence") return !isPlain(condition) && !isTrailing(condition);
  if (type !== "threshold" || condition.aggregate === "any" || condition.aggregate === "sum") return false;
  const { aggregate, operator } = condition;
  if (aggregate === "max") return operator !== ">" && operator !== ">=";
  if (aggregate === "min") return operator !== "<" && operator !== "<=";
  return true;
}

/** Whether it is judged at deadlines: a term is written so that more events deny it, or stands under `not`. */
function hasDenied(conditions: readonly WrittenCondition[], tree: Tree, negated = false): boolean {
  if (typeof tree !== "number") {
    if ("not" in tree) return hasDenied(conditions, tree.not, !negated);
    return ("all" in tree ? tree.all : tree.any).some((part) => hasDenied(conditions, part, negated));
  }
  const condition = conditions[tree]!;
  if (condition.type === "time_pattern") return false;
  if (condition.type === "event_sequence" && isTrailing(condition)) return true;
  if (!isCounted(condition)) return negated && !isSettled(condition);
  const { operator } = condition;
  return (operator !== ">" && operator !== ">=") || negated;
}

function holdsTree(tree: Tree, term: (index: number) => boolean): boolean {
  if (typeof tree === "number") return term(tree);
  if ("not" in tree) return !holdsTree(tree.not, term);
  const parts = ("all" in tree ? tree.all : tree.any).map((part) => holdsTree(part, term));
  return "all" in tree ? !parts.includes(false) : parts.includes(true);
}

function holds(
  condition: Exclude<
    WrittenCondition,
    { readonly type: "event_sequence" | "time_pattern" | "new_value" | "rate_change" }
  >,
  seen: readonly SecurityEvent[],
): boolean {
  switch (condition.type) {
    case "event_count":
    case "unique_count":
      return compare(amountOf(condition, seen), condition.operator, condition.threshold);
    case "threshold":
      return holdsThreshold(condition, seen);
    case "pattern_match":
      return seen.some(({ details }) => new RegExp(condition.pattern).test(String(details[condition.field])));
  }
}

function holdsThreshold(
  condition: WrittenCondition & { readonly type: "threshold" },
  seen: readonly SecurityEvent[],
): boolean {
  const { field, aggregate, operator, threshold, min_count: minCount, percentile = 50 } = condition;
  const values = seen.map(({ details }) => Number(details[field]));
  if (values.length < minCount) return false;
  switch (aggregate) {
    case "any":
      return values.some((value) => compare(value, operator, threshold));
    case "sum":
      return compare(amountOf(condition, seen), operator, threshold);
    case "avg":
      return compare(values.reduce((sum, value) => sum + value, 0) / values.length, operator, threshold);
    case "min":
      return compare(Math.min(...values), operator, threshold);
    case "max":
      return compare(Math.max(...values), operator, threshold);
    case "median":
      return compare(percentileOf(values, 50), operator, threshold);
    case "percentile":
      return compare(percentileOf(values, percentile), operator, threshold);
  }
}

/** Linear interpolation at rank p·(n−1). */
function percentileOf(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = (percent * (sorted.length - 1)) / 100;
  const below = sorted[Math.floor(rank)]!;
  return below + (sorted[Math.ceil(rank)]! - below) * (rank % 1);
}

/** `20s`; only seconds are written here. */
function millis(text: string): number {
  return Number(text.slice(0, -1)) * 1000;
}

function valuesIn(events: readonly SecurityEvent[], field: string | readonly string[]): ReadonlySet<string> {
  const fields = typeof field === "string" ? [field] : field;
  return new Set(events.flatMap((event) => tuplesOf(event, fields)));
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
