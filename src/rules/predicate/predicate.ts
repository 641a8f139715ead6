import type { SecurityEvent } from "../../events/security-event.ts";

/** A question about one event. Pure: no clock, no state; so it may be asked anywhere, again, and in any order. */
export interface Predicate {
  readonly test: (event: SecurityEvent) => boolean;
  /** Lower-cased literal values of the top-level `type`, one of which the event must have; null: any. For the index. */
  readonly types: readonly string[] | null;
  /** What else an index may rely on; absent: nothing. */
  readonly requires?: RequiredText | undefined;
  /** Paths of fields that the event must all have; absent: none is known. */
  readonly fields?: readonly string[] | undefined;
  /** Relative cost, to ask the cheap questions first. */
  readonly cost: number;
}

/** An element of the field must equal one of the texts, once both are folded. */
export interface RequiredText {
  readonly field: string;
  readonly texts: readonly string[];
}

/** One fault in a `where`, with its place inside the value. */
export interface Fault {
  readonly path: readonly (string | number)[];
  readonly code: string;
  readonly message: string;
}

/** Holds when all hold; of none: always. The cheapest is asked first. */
export function allOf(predicates: readonly Predicate[]): Predicate {
  const ordered = byCost(predicates);
  const [first, second] = ordered.map(({ test }) => test);
  const typeSets = predicates.flatMap(({ types }) => (types === null ? [] : [types]));
  return Object.freeze({
    test:
      first === undefined
        ? () => true
        : second === undefined
          ? first
          : ordered.length === 2
            ? (event: SecurityEvent) => first(event) && second(event)
            : (event: SecurityEvent) => ordered.every(({ test }) => test(event)),
    types: typeSets.length === 0 ? null : inAll(typeSets),
    requires: fewest(predicates),
    fields: [...new Set(predicates.flatMap(({ fields = [] }) => fields))],
    cost: totalCost(predicates),
  });
}

/** Holds when one holds; of none: never. */
export function anyOf(predicates: readonly Predicate[]): Predicate {
  const ordered = byCost(predicates);
  const [only] = ordered;
  const typeSets = predicates.map(({ types }) => types);
  return Object.freeze({
    test:
      ordered.length === 1 && only !== undefined
        ? only.test
        : (event: SecurityEvent) => ordered.some(({ test }) => test(event)),
    types: typeSets.every((types) => types !== null) ? [...new Set(typeSets.flat())] : null,
    requires: union(predicates),
    fields: inAll(predicates.map(({ fields = [] }) => fields)),
    cost: totalCost(predicates),
  });
}

/** Holds when the other does not. */
export function not(predicate: Predicate): Predicate {
  return Object.freeze({
    test: (event: SecurityEvent) => !predicate.test(event),
    types: null,
    cost: predicate.cost,
  });
}

/** Each is required; the one with the fewest texts lets the fewest events pass. */
function fewest(predicates: readonly Predicate[]): RequiredText | undefined {
  return predicates
    .flatMap(({ requires }) => requires ?? [])
    .toSorted((left, right) => left.texts.length - right.texts.length)[0];
}

/** One of them is required; undefined where they do not all look at one field. */
function union(predicates: readonly Predicate[]): RequiredText | undefined {
  const field = predicates[0]?.requires?.field;
  if (field === undefined || predicates.some(({ requires }) => requires?.field !== field)) return undefined;
  return { field, texts: [...new Set(predicates.flatMap(({ requires }) => requires!.texts))] };
}

function byCost(predicates: readonly Predicate[]): readonly Predicate[] {
  return predicates.toSorted((left, right) => left.cost - right.cost);
}

function totalCost(predicates: readonly Predicate[]): number {
  return predicates.reduce((total, { cost }) => total + cost, 0);
}

function inAll([first = [], ...others]: readonly (readonly string[])[]): readonly string[] {
  return first.filter((text) => others.every((texts) => texts.includes(text)));
}
