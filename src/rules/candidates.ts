/**
 * Which rules an event may concern, by what it must be for some condition: one of the types that the condition names, or
 * else a text that it requires in some field, or else a field that it looks at. Only rules with a condition that says none
 * of them are asked about every event.
 *
 * Worked example. A rule counts events where `process: miner` and `cmdline|contains: pool`: it is asked about events
 * whose `process` is "miner" in any case, or a list with it; without the first half, about those that have a `cmdline`.
 */
import { compilePath, type FieldOf } from "../events/field-path.ts";
import type { JsonValue, SecurityEvent } from "../events/security-event.ts";
import type { Condition } from "./condition-type.ts";
import { someElement } from "./predicate/elements.ts";
import { fold } from "./predicate/fold.ts";
import type { Rule } from "./rule.ts";

/** Rules that look at a field. */
interface FieldIndex {
  /** Whatever the field holds. */
  readonly any: Set<Rule>;
  /** Those that require a text there. */
  readonly byText: Map<string, Set<Rule>>;
}

/** Those asked about every event come first, then those of its type, then those of its fields. */
export function candidatesOf(members: readonly Rule[]): (event: SecurityEvent) => readonly Rule[] {
  const always = members.filter(({ conditions }) => conditions.some(isOpen));
  const ofTypes = new Map<string, Set<Rule>>();
  const ofFields = new Map<string, FieldIndex>();
  for (const rule of members) {
    if (rule.conditions.some(isOpen)) continue;
    for (const { types, requires, fields = [] } of rule.conditions) {
      for (const type of types ?? []) entry(ofTypes, type, newSet).add(rule);
      if (types !== null) continue;
      const index = entry(ofFields, requires?.field ?? fields[0]!, newIndex);
      if (requires === undefined) index.any.add(rule);
      else for (const text of requires.texts) entry(index.byText, text, newSet).add(rule);
    }
  }
  const byType = typeIndex(ofTypes, always);
  const fields = [...ofFields].map(([field, index]) => ({ look: compilePath(field), index }));
  return (event) => {
    const rules = byType(event.type);
    const further = rulesByField(event, fields);
    return further === none ? rules : [...new Set([...rules, ...further])];
  };
}

const none: readonly Rule[] = [];
const noRules: ReadonlySet<Rule> = new Set();

function rulesByField(
  event: SecurityEvent,
  fields: readonly { readonly look: FieldOf; readonly index: FieldIndex }[],
): readonly Rule[] {
  let found = none;
  for (const { look, index } of fields) {
    const value = look(event);
    if (value === undefined) continue;
    const { any, byText } = index;
    const ofText = byText.size === 0 ? noRules : rulesOf(value, byText);
    if (any.size + ofText.size > 0) found = [...found, ...any, ...ofText];
  }
  return found;
}

function rulesOf(value: JsonValue, rulesByText: ReadonlyMap<string, ReadonlySet<Rule>>): ReadonlySet<Rule> {
  // Nearly all are, and few of them are what a rule requires.
  if (typeof value !== "object") return rulesByText.get(fold(String(value))) ?? noRules;
  const found = new Set<Rule>();
  someElement(value, (element) => {
    for (const rule of rulesByText.get(fold(String(element))) ?? noRules) found.add(rule);
    return false;
  });
  return found;
}

/** A condition that an index can say nothing about. */
function isOpen({ types, requires, fields = [] }: Condition): boolean {
  return types === null && requires === undefined && fields.length === 0;
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

function newIndex(): FieldIndex {
  return { any: new Set(), byText: new Map() };
}
