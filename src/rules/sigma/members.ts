/** The rules that a correlation lists, as it sees them: what events they match, and where each keeps a field. */
import type { SecurityEvent } from "../../events/security-event.ts";
import { compilePredicate, type Predicate } from "../predicate/compile-predicate.ts";
import type { FaultPath } from "../yaml-documents.ts";
import type { CorrelationDocument } from "./documents.ts";
import type { CorrelationEntry, DetectionEntry, Find } from "./entry.ts";
import { plainView } from "./log-source-view.ts";
import { word } from "./native-head.ts";

export interface Member {
  /** As the correlation refers to it. */
  readonly reference: string;
  /** A name that conditions can have, its own among the members. */
  readonly word: string;
  readonly entry: DetectionEntry | CorrelationEntry;
  readonly predicate: Predicate;
  /** What the predicate was compiled from, as plain data. */
  readonly source: unknown;
  /** Field paths of a name in the correlation, aliases resolved; an event has one of them. */
  readonly paths: (name: string) => readonly string[] | { readonly fault: string };
}

const seenAs = Symbol("seen as");

/** The event as one that only these members match. */
export function asSeenBy(event: SecurityEvent, members: ReadonlySet<Member>): SecurityEvent {
  return { ...event, [seenAs]: new Set([...members].map(({ entry }) => entry)) } as SecurityEvent;
}

/** One for each rule listed, in order, a rule listed twice twice. Null after a fault was reported. */
export function membersOf(
  { rules, aliases }: CorrelationDocument["correlation"],
  find: Find,
  fault: (path: FaultPath, code: string, message: string) => void,
): readonly Member[] | null {
  let failed = false;
  const found = (name: string, path: FaultPath): Member["entry"] | null => {
    const entry = find(name);
    if (!("fault" in entry)) return entry;
    failed = true;
    fault(path, "unknown-rule", entry.fault);
    return null;
  };
  const entries = rules.map((name, index) => found(name, ["correlation", "rules", index]));
  const renamed = new Map<Member["entry"], Map<string, string>>();
  for (const [alias, byRule] of Object.entries(aliases)) {
    for (const [name, field] of Object.entries(byRule)) {
      const entry = found(name, ["correlation", "aliases", alias, name]);
      if (entry === null) continue;
      renamed.set(entry, (renamed.get(entry) ?? new Map()).set(alias, field));
      if (entries.includes(entry)) continue;
      failed = true;
      fault(["correlation", "aliases", alias, name], "unknown-rule", `"${name}" is not among the rules`);
    }
  }
  if (failed) return null;
  const words = new Map<Member["entry"], string>();
  return rules.map((reference, index) => {
    const entry = entries[index]!;
    if (!words.has(entry)) words.set(entry, unusedWord(reference, [...words.values()]));
    return memberOf(entry, reference, words.get(entry)!, renamed.get(entry) ?? new Map());
  });
}

function memberOf(
  entry: Member["entry"],
  reference: string,
  name: string,
  renamed: ReadonlyMap<string, string>,
): Member {
  const view = entry.kind === "detection" ? entry.view : plainView;
  const { test, types, cost } = entry.kind === "detection" ? sensorsOnly(entry.predicate) : alertsOf(entry);
  return {
    reference,
    word: name,
    entry,
    predicate: Object.freeze<Predicate>({
      test: (event) => {
        const seen = (event as { readonly [seenAs]?: ReadonlySet<Member["entry"]> })[seenAs];
        return seen === undefined ? test(event) : seen.has(entry);
      },
      types,
      cost,
    }),
    source: entry.kind === "detection" ? entry.source : { alertsOf: entry.id },
    paths: (field) => view.fields(renamed.get(field) ?? field),
  };
}

/** Alerts of other rules, which a correlation may read as well, are no events of a log source. */
function sensorsOnly(predicate: Predicate): Predicate {
  if (predicate.types?.some(isAlert) === true) return predicate;
  return { ...predicate, test: (event) => !isAlert(event.type) && predicate.test(event) };
}

function isAlert(type: string): boolean {
  return type.startsWith("alert.");
}

/** A correlation that is correlated again is seen as the alerts it raises (semantics 3, rules over rules). */
function alertsOf({ id }: CorrelationEntry): Predicate {
  const compiled = compilePredicate({ type: `alert.${id}` }, { lists: new Map() });
  if ("predicate" in compiled) return compiled.predicate;
  throw new Error(`Cannot match alerts of ${id}`);
}

function unusedWord(reference: string, used: readonly string[]): string {
  const wanted = word(reference);
  const free = !used.includes(wanted) && !["and", "or", "not"].includes(wanted);
  return free ? wanted : unusedWord(`${reference} 2`, used);
}
