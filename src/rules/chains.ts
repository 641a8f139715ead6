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
}

/** Event types that the rule produces, lower-cased as conditions name them. */
export function producedTypes({ id, alerts, emits }: Rule): readonly string[] {
  return [...(alerts ? [`alert.${id}`] : []), ...emits.map(({ type }) => type.toLowerCase())];
}

/** The rules must be without cycles. */
export function chainsOf(rules: readonly Rule[]): Chains {
  const readers = new Map(rules.map((rule) => [rule, readersAmong(rules, rule)]));
  const levels = new Map<Rule, number>();
  const levelOf = (rule: Rule): number => {
    const known = levels.get(rule);
    if (known !== undefined) return known;
    const producers = rules.filter((other) => readers.get(other)!.includes(rule));
    const level = producers.reduce((highest, producer) => Math.max(highest, levelOf(producer) + 1), 0);
    levels.set(rule, level);
    return level;
  };
  const highest = rules.reduce((most, rule) => Math.max(most, levelOf(rule)), 0);
  return {
    readersOf: (rule) => readers.get(rule) ?? [],
    levelOf: (rule) => levels.get(rule) ?? 0,
    levels: highest + 1,
  };
}

/** Rules that read each other's events in a circle, themselves included. */
export function chainFaults(rules: readonly Rule[]): readonly RuleFault[] {
  const faults: RuleFault[] = [];
  for (const rule of rules) {
    const cycle = cycleThrough(rule, rules);
    if (cycle !== null) {
      const message = `rules must not read each other in a circle: ${cycle.map(({ id }) => id).join(" → ")}`;
      faults.push({ code: "cycle", file: rule.file, ...rule.conditionsAt, message });
    }
  }
  return faults;
}

/** Rules that read alerts of rules which group by something else: their windows may lie in another partition. */
export function chainsAcrossGroups(rules: readonly Rule[]): readonly RuleFault[] {
  return rules.flatMap((producer) =>
    readersAmong(rules, producer)
      .filter((reader) => reader.group.dimension !== producer.group.dimension || producer.stateless === true)
      .map((reader) => ({
        code: "chain-across-groups",
        file: reader.file,
        ...reader.conditionsAt,
        message: `${reader.id} groups by ${reader.group.dimension}, but reads ${producer.id}, which groups by ${producer.group.dimension}: only replay and rule tests judge that so far`,
      })),
  );
}

function readersAmong(rules: readonly Rule[], producer: Rule): readonly Rule[] {
  const types = producedTypes(producer);
  return rules.filter((rule) => namedTypes(rule).some((type) => types.includes(type)));
}

/** Event types that the rule names literally. */
function namedTypes({ conditions, reads = [] }: Rule): readonly string[] {
  return [...conditions.flatMap(({ types }) => types ?? []), ...reads];
}

/** From the rule through its readers back to itself; null: there is no such way. */
function cycleThrough(rule: Rule, rules: readonly Rule[]): readonly Rule[] | null {
  const visited = new Set<Rule>();
  const search = (way: readonly Rule[]): readonly Rule[] | null => {
    for (const reader of readersAmong(rules, way.at(-1)!)) {
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
