/**
 * Whether some rule could use an event, asked before it is enriched: most events are of no use to any, and enriching one is
 * dearer than reading it. Says yes wherever it cannot tell.
 *
 * Worked example. With one rule, `{ type: threshold, field: cpu_usage, … }`, an event without `cpu_usage` is of no use,
 * unless enrichment could add that.
 */
import { compilePath } from "../events/field-path.ts";
import type { SecurityEvent } from "../events/security-event.ts";
import type { Condition } from "./condition-type.ts";
import { someElement } from "./predicate/elements.ts";
import { fold } from "./predicate/fold.ts";
import type { RequiredText } from "./predicate/predicate.ts";
import type { Rule } from "./rule.ts";

/** What a step of enrichment may add. */
export interface Addition {
  /** Keys of `enrichment`. */
  readonly adds: readonly string[];
  /** Fields of `details` without any of which it adds nothing; absent: there are none. */
  readonly from?: readonly string[];
}

type Test = (event: SecurityEvent) => boolean;

/** False only for events that no condition of the rules can find relevant, whatever the additions do. */
export function usableBy(rules: readonly Rule[], additions: readonly Addition[]): Test {
  const conditions = rules.flatMap((rule) => rule.conditions);
  const types = new Set(conditions.flatMap(({ types: named }) => named ?? []));
  const untyped = conditions.filter(({ types: named }) => named === null);
  const tests = [...alike(untyped)].map((members) => testOf(members, additions));
  if (tests.includes(null)) return () => true;
  const others = tests.filter((test) => test !== null);
  return (event) =>
    types.has(event.type) || types.has(event.type.toLowerCase()) || others.some((test) => test(event));
}

/** Conditions that look at the same fields: they are asked together. */
function alike(conditions: readonly Condition[]): Iterable<readonly Condition[]> {
  return Map.groupBy(conditions, ({ fields = [], requires }) =>
    JSON.stringify([fields, requires?.field]),
  ).values();
}

/** Null: events of any kind may pass. */
function testOf(conditions: readonly Condition[], additions: readonly Addition[]): Test | null {
  const { fields = [], requires } = conditions[0]!;
  const tests = fields
    .filter((field) => field !== requires?.field)
    .map((field) => unlessAdded(field, additions, isThere(field)));
  if (requires !== undefined) {
    const texts = new Set(conditions.flatMap((condition) => condition.requires!.texts));
    tests.push(
      unlessAdded(requires.field, additions, holdsOne({ field: requires.field, texts: [...texts] })),
    );
  }
  const needed = tests.filter((test) => test !== null);
  return needed.length === 0 ? null : (event) => needed.every((test) => test(event));
}

function isThere(field: string): Test {
  const look = compilePath(field);
  return (event) => look(event) !== undefined;
}

function holdsOne({ field, texts }: RequiredText): Test {
  const look = compilePath(field);
  const wanted = new Set(texts);
  return (event) => {
    const value = look(event);
    return value !== undefined && someElement(value, (element) => wanted.has(fold(String(element))));
  };
}

/** The test, or that the field may still be added; null: it may be added to any event. */
function unlessAdded(field: string, additions: readonly Addition[], test: Test): Test | null {
  const keys = keysInEnrichment(field);
  const adding = additions.filter(({ adds }) => adds.some((key) => keys.includes(key)));
  if (adding.some(({ from }) => from === undefined)) return null;
  const from = adding.flatMap((addition) => addition.from!);
  if (from.length === 0) return test;
  return (event) => test(event) || from.some((each) => Object.hasOwn(event.details, each));
}

/** The keys under which enrichment could hold the field: itself, or whatever it begins with. */
function keysInEnrichment(field: string): readonly string[] {
  if (field.startsWith("details.")) return [];
  const names = field.replace(/^enrichment\./, "").split(".");
  return names.map((_, index) => names.slice(0, index + 1).join("."));
}
