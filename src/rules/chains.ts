/**
 * Rules over rules (semantics 3): which rules read what others produce, and how far up each stands. An alert is an event
 * of type `alert.<rule id>`; `emit` makes events of other types. They reach only rules that name their type literally.
 */
import type { RuleFault } from "../errors.ts";
import type { Rule } from "./rule.ts";

export interface Chains {
  /** Rules that read what the rule produces; empty: it need not be told to anybody. */
  readersOf(rule: Rule): readonly Rule[];
  /** 0: reads events of sensors only; else one more than the highest that it reads. */
  levelOf(rule: Rule): number;
  /** One more than the highest level. */
  readonly levels: number;
  /** Some rule reads what a rule of another group produces: in another partition, perhaps. */
  readonly acrossGroups: boolean;
}

/** Event types that the rule produces, lower-cased as conditions name them; none in shadow mode. */
export function producedTypes({ id, alerts, emits, mode }: Rule): readonly string[] {
  if (mode === "shadow") return [];
  return [...(alerts ? [`alert.${id}`] : []), ...emits.map(({ type }) => type.toLowerCase())];
}

/** The rules must be without cycles. */
export function chainsOf(rules: readonly Rule[]): Chains {
  const readersOf = readersAmong(rules);
  const levels = levelsOf(rules, readersOf);
  const highest = [...levels.values()].reduce((most, level) => Math.max(most, level), 0);
  return {
    readersOf,
    levelOf: (rule) => levels.get(rule) ?? 0,
    levels: highest + 1,
    acrossGroups: rules.some((rule) => readersOf(rule).some((reader) => !sameGroups(reader, rule))),
  };
}

/** Rules that read each other's events in a circle, themselves included. */
export function chainFaults(rules: readonly Rule[]): readonly RuleFault[] {
  const readersOf = readersAmong(rules);
  const levels = levelsOf(rules, readersOf);
  const faults: RuleFault[] = [];
  for (const rule of rules) {
    const cycle = levels.has(rule) ? null : cycleThrough(rule, readersOf);
    if (cycle !== null) {
      const message = `rules must not read each other in a circle: ${cycle.map(({ id }) => id).join(" → ")}`;
      faults.push({ code: "cycle", file: rule.file, ...rule.conditionsAt, message });
    }
  }
  return faults;
}

/** Whether what the rule produces stays in its own group for the reader. */
export function sameGroups(reader: Rule, rule: Rule): boolean {
  return rule.stateless !== true && reader.group.dimension === rule.group.dimension;
}

type ReadersOf = Chains["readersOf"];

/** By an index from type to readers: asking each pair of rules takes a minute where ten thousand are loaded. */
function readersAmong(rules: readonly Rule[]): ReadersOf {
  const places = new Map(rules.map((rule, place) => [rule, place]));
  const byType = new Map<string, Rule[]>();
  for (const rule of rules) {
    for (const type of new Set(namedTypes(rule))) {
      const readers = byType.get(type);
      if (readers === undefined) byType.set(type, [rule]);
      else readers.push(rule);
    }
  }
  const known = new Map<Rule, readonly Rule[]>();
  return (rule) => {
    let readers = known.get(rule);
    if (readers === undefined) {
      const readersByType = producedTypes(rule).flatMap((type) => byType.get(type) ?? []);
      readers = [...new Set(readersByType)].sort((a, b) => places.get(a)! - places.get(b)!);
      known.set(rule, readers);
    }
    return readers;
  };
}

/** Event types that the rule names literally. */
function namedTypes({ conditions, reads = [] }: Rule): readonly string[] {
  return [...conditions.flatMap(({ types }) => types ?? []), ...reads];
}

/** Each rule's level; rules in a circle or behind one have none. */
function levelsOf(rules: readonly Rule[], readersOf: ReadersOf): ReadonlyMap<Rule, number> {
  const awaited = new Map(rules.map((rule) => [rule, 0]));
  for (const reader of rules.flatMap(readersOf)) awaited.set(reader, awaited.get(reader)! + 1);
  const levels = new Map<Rule, number>();
  let decided = rules.filter((rule) => awaited.get(rule) === 0);
  for (let level = 0; decided.length > 0; level += 1) {
    const next: Rule[] = [];
    for (const rule of decided) {
      levels.set(rule, level);
      for (const reader of readersOf(rule)) {
        const left = awaited.get(reader)! - 1;
        awaited.set(reader, left);
        if (left === 0) next.push(reader);
      }
    }
    decided = next;
  }
  return levels;
}

/** From the rule through its readers back to itself; null: there is no such way. */
function cycleThrough(rule: Rule, readersOf: ReadersOf): readonly Rule[] | null {
  const visited = new Set<Rule>();
  const search = (way: readonly Rule[]): readonly Rule[] | null => {
    for (const reader of readersOf(way.at(-1)!)) {
      if (reader === rule) return [...way, rule];
      if (visited.has(reader)) continue;
      visited.add(reader);
      const found = search([...way, reader]);
      if (found !== null) return found;
    }
    return null;
  };
  return search([rule]);
}
