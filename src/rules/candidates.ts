/**
 * Which rules an event may concern, by what it must be for some condition: one of the types that the condition names, or
 * else a text that it requires in some field. Only rules with a condition that says neither are asked about every event.
 *
 * Worked example. A rule counts events where `process: miner` and `cmdline|contains: pool`: it is asked about events
 * whose `process` is "miner" in any case, or a list with it.
 */
import { compilePath } from "../events/field-path.ts";
import type { JsonValue, SecurityEvent } from "../events/security-event.ts";
import type { Condition } from "./condition-type.ts";
import { someElement } from "./predicate/elements.ts";
import { fold } from "./predicate/fold.ts";
import type { Rule } from "./rule.ts";

/** Those asked about every event come first, then those of its type, then those of its texts. */
export function candidatesOf(members: readonly Rule[]): (event: SecurityEvent) => readonly Rule[] {
  const always = members.filter(({ conditions }) => conditions.some(isOpen));
  const ofTypes = new Map<string, Set<Rule>>();
  const ofTexts = new Map<string, Map<string, Set<Rule>>>();
  for (const rule of members) {
    if (rule.conditions.some(isOpen)) continue;
    for (const { types, requires } of rule.conditions) {
      for (const type of types ?? []) entry(ofTypes, type, newSet).add(rule);
      if (types !== null || requires === undefined) continue;
      const rulesByText = entry(ofTexts, requires.field, newMap);
      for (const text of requires.texts) entry(rulesByText, text, newSet).add(rule);
    }
  }
  const byType = typeIndex(ofTypes, always);
  const fields = [...ofTexts].map(([field, rules]) => ({ look: compilePath(field), rules }));
  return (event) => {
    const rules = byType(event.type);
    const further = fields.flatMap(({ look, rules: rulesByText }) => rulesOf(look(event), rulesByText));
    return further.length === 0 ? rules : [...new Set([...rules, ...further])];
  };
}

const none: readonly Rule[] = [];

function rulesOf(
  value: JsonValue | undefined,
  rulesByText: ReadonlyMap<string, ReadonlySet<Rule>>,
): readonly Rule[] {
  if (value === undefined) return none;
  const found: Rule[] = [];
  someElement(value, (element) => {
    found.push(...(rulesByText.get(fold(String(element))) ?? none));
    return false;
  });
  return found;
}

/** A condition that an index can say nothing about. */
function isOpen({ types, requires }: Condition): boolean {
  return types === null && requires === undefined;
}

/** Lists are made when their type is first asked for: each repeats `always`, and there may be thousands of types. */
function typeIndex(
  ofTypes: ReadonlyMap<string, ReadonlySet<Rule>>,
  always: readonly Rule[],
): (type: string) => readonly Rule[] {
  const lists = new Map<string, readonly Rule[]>();
  return (type) => {
    const known = lists.get(type);
    if (known !== undefined) return known;
    const rules = ofTypes.get(type) ?? ofTypes.get(type.toLowerCase());
    if (rules === undefined) return always;
    const list = [...always, ...rules];
    // Types of rules only, as they write them: spellings of events are without number.
    if (ofTypes.has(type)) lists.set(type, list);
    return list;
  };
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

function newSet(): Set<Rule> {
  return new Set();
}

function newMap(): Map<string, Set<Rule>> {
  return new Map();
}
