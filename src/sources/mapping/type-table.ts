/**
 * What a producer calls things → Corral's types, from `mappings/*.yml`. An entry names a type and what an event must say
 * to have it: each of its keys one of the listed texts (`*` stands for any letters, case does not matter). The first entry
 * that fits decides.
 */
import type { Severity } from "../../events/severity.ts";

/** What an event says of itself, in the words that a source offers to mappings. */
export type Facts = Readonly<Record<string, string | readonly string[] | null | undefined>>;

/** Where an entry stands: `entry` counts from 1 within the `types` of its document. */
export interface EntryPlace {
  readonly file: string;
  readonly line: number;
  readonly entry: number;
}

export interface TypeEntry {
  readonly type: string;
  /** For events whose producer gives none. */
  readonly severity?: Severity | undefined;
  /** Key → texts, one of which it must be. */
  readonly when: Readonly<Record<string, readonly string[]>>;
  /** Of an entry that was read from a file. */
  readonly place?: EntryPlace | undefined;
}

export interface TypeTable {
  /** All keys that its entries ask for. */
  readonly keys: readonly string[];
  /** Null: nothing fits. */
  typeOf(facts: Facts): TypeEntry | null;
}

type Test = (facts: Facts) => boolean;

interface Candidate {
  readonly place: number;
  readonly entry: TypeEntry;
  readonly test: Test;
}

/** Found through an index over the texts of each entry's first key; those with wildcards are asked every time. */
export function typeTable(entries: readonly TypeEntry[]): TypeTable {
  const byKey = new Map<string, Map<string, Candidate[]>>();
  const others: Candidate[] = [];
  for (const [place, entry] of entries.entries()) {
    const candidate = { place, entry, test: testOf(entry) };
    const [first] = Object.entries(entry.when);
    if (first === undefined || first[1].some((text) => text.includes("*"))) {
      others.push(candidate);
      continue;
    }
    const [key, texts] = first;
    const byText = byKey.get(key) ?? new Map<string, Candidate[]>();
    byKey.set(key, byText);
    for (const text of texts) {
      const known = byText.get(text.toLowerCase()) ?? [];
      byText.set(text.toLowerCase(), [...known, candidate]);
    }
  }
  return {
    keys: [...new Set(entries.flatMap(({ when }) => Object.keys(when)))],
    typeOf: (facts) => {
      let found: Candidate | null = null;
      for (const [key, byText] of byKey) {
        const fact = facts[key];
        if (typeof fact === "string") found = firstOf(byText.get(fact.toLowerCase()), facts, found);
        else for (const text of fact ?? []) found = firstOf(byText.get(text.toLowerCase()), facts, found);
      }
      return firstOf(others, facts, found)?.entry ?? null;
    },
  };
}

/** Of what was found and the candidates that fit the one that stands first. */
function firstOf(
  candidates: readonly Candidate[] | undefined,
  facts: Facts,
  found: Candidate | null,
): Candidate | null {
  if (candidates === undefined) return found;
  // Candidates stand in order.
  for (const candidate of candidates) {
    if (found !== null && found.place <= candidate.place) return found;
    if (candidate.test(facts)) return candidate;
  }
  return found;
}

function testOf({ when }: TypeEntry): Test {
  const tests = Object.entries(when).map(([key, texts]) => {
    const matches = texts.map(matcher);
    return (facts: Facts) => textsOf(facts[key]).some((text) => matches.some((match) => match(text)));
  });
  return (facts) => tests.every((test) => test(facts));
}

function textsOf(fact: Facts[string]): readonly string[] {
  if (fact === null || fact === undefined) return [];
  return typeof fact === "string" ? [fact] : fact;
}

/** `*` by search of the parts in order: no pattern of a mapping can be slow. */
function matcher(pattern: string): (text: string) => boolean {
  const parts = pattern.toLowerCase().split("*");
  const [first, ...rest] = parts as [string, ...string[]];
  const last = rest.pop();
  if (last === undefined) return (text) => text.toLowerCase() === first;
  return (given) => {
    const text = given.toLowerCase();
    if (!text.startsWith(first)) return false;
    let at = first.length;
    for (const part of rest) {
      const found = text.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return text.length - last.length >= at && text.endsWith(last);
  };
}
