/**
 * The compiled rule set: which rules an event concerns, found by dimension, event type and required texts, so that a
 * rule whose event this cannot be costs nothing.
 */
import { createHash } from "node:crypto";
import type { SecurityEvent } from "../events/security-event.ts";
import { candidatesOf } from "./candidates.ts";
import { type Chains, chainsOf } from "./chains.ts";
import type { ConditionMark } from "./condition-type.ts";
import type { Marks, Place, Rule } from "./rule.ts";

export type { Marks, Place } from "./rule.ts";

/** The rules that group by the same dimension. */
export interface DimensionRules {
  readonly dimension: string;
  /** Of those without `places`. */
  readonly group: Rule["group"];
  /** Rules that the event may concern. */
  candidates(event: SecurityEvent): readonly Rule[];
}

export interface RuleSet {
  readonly rules: readonly Rule[];
  /** Short hash over ids and versions. */
  readonly version: string;
  readonly dimensions: ReadonlyMap<string, DimensionRules>;
  /** Rules without state, which no dimension holds. */
  readonly stateless: Pick<DimensionRules, "candidates">;
  /** By id and hash of what decides, as window keys name them. */
  readonly byWindowName: ReadonlyMap<string, Rule>;
  /** Milliseconds. */
  readonly longestWindow: number;
  /** Which rules read what others produce. */
  readonly chains: Chains;
  /** By window name: rules that were in force in this process before, and still have a say in what they left open. */
  readonly retired: ReadonlyMap<string, RetiredRule>;
}

export interface RetiredRule {
  readonly rule: Rule;
  /** Epoch milliseconds after which it is forgotten. */
  readonly until: number;
}

/** Disabled rules are left out. */
export function ruleSet(all: readonly Rule[]): RuleSet {
  const rules = all.filter(({ enabled }) => enabled);
  const stateful = rules.filter(({ stateless }) => stateless !== true);
  const byDimension = Map.groupBy(stateful, ({ group }) => group.dimension);
  const versions = rules.map(({ id, version }) => `${id}@${version}`).sort();
  return {
    rules,
    version: createHash("sha256").update(versions.join("\n")).digest("hex").slice(0, 12),
    dimensions: new Map(
      [...byDimension].map(([dimension, members]) => [dimension, dimensionRules(dimension, members)]),
    ),
    stateless: { candidates: candidatesOf(rules.filter(({ stateless }) => stateless === true)) },
    byWindowName: new Map(stateful.map((rule) => [windowName(rule), rule])),
    longestWindow: rules.reduce((longest, { window }) => Math.max(longest, window), 0),
    chains: chainsOf(rules),
    retired: new Map(),
  };
}

const windowNames = new WeakMap<Rule, string>();

/** `<rule id>@<hash of what decides>`; made once, since it is asked for with every event. */
export function windowName(rule: Rule): string {
  let name = windowNames.get(rule);
  if (name === undefined) {
    name = `${rule.id}@${rule.decides}`;
    windowNames.set(rule, name);
  }
  return name;
}

/** Out of a window's key, `<window name>:<group>`. */
export function windowNameOf(key: string): string {
  return key.slice(0, key.indexOf(":"));
}

/** The event's marks for the rule; null when it is relevant to no condition, or excepted. Does not look at the group. */
export function marksOf(rule: Rule, event: SecurityEvent): Marks | null {
  const { conditions } = rule;
  let marks: (ConditionMark | null)[] | null = null;
  let ones = 0;
  for (let index = 0; index < conditions.length; index += 1) {
    const mark = conditions[index]!.mark(event);
    if (mark === undefined) continue;
    if (mark === 1 && marks === null && index < mostShared) ones |= 1 << index;
    else {
      marks ??= onesAt(ones, conditions.length);
      marks[index] = mark;
    }
  }
  if ((marks === null && ones === 0) || rule.except?.test(event) === true) return null;
  return marks ?? sharedOnes(ones, conditions.length);
}

/** Of events that merely count, which most are, all entries share a few lists of marks. */
const mostShared = 8;
const shared: Marks[][] = [];

function sharedOnes(bits: number, length: number): Marks {
  shared[length] ??= [];
  shared[length][bits] ??= Object.freeze(onesAt(bits, length));
  return shared[length][bits];
}

function onesAt(bits: number, length: number): (ConditionMark | null)[] {
  const marks = new Array<ConditionMark | null>(length).fill(null);
  for (let index = 0; index < length && index < mostShared; index += 1) {
    if ((bits & (1 << index)) !== 0) marks[index] = 1;
  }
  return marks;
}

/** Where the event belongs under the rule, and as what; empty: nowhere. */
export function placesOf(rule: Rule, event: SecurityEvent): readonly Place[] {
  if (rule.places !== undefined) return rule.places(event);
  const marks = marksOf(rule, event);
  if (marks === null) return [];
  const group = rule.group.of(event);
  return group === undefined ? [] : [{ group, marks }];
}

function dimensionRules(dimension: string, members: readonly Rule[]): DimensionRules {
  const { group } = members.find(({ places }) => places === undefined) ?? members[0]!;
  return { dimension, group, candidates: candidatesOf(members) };
}
