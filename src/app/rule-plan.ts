/** What a push would make of the rules topic: pure, so that `push` and `diff` cannot disagree. */
import type { RuleFault } from "../errors.ts";
import type { LoadOptions } from "../rules/load-rules.ts";
import type { Rule } from "../rules/rule.ts";
import { ruleSet } from "../rules/rule-set.ts";
import { compileDocuments } from "./compile-documents.ts";
import type { LocalDocuments } from "./local-documents.ts";
import type { RuleDocument, RuleDocuments } from "./rule-document.ts";

export interface RuleChange {
  readonly kind: "added" | "changed" | "removed";
  readonly key: string;
  readonly before: RuleDocument | null;
  readonly after: RuleDocument | null;
  /**
   * What a change comes to: `windows` begin anew, only `words` are others, or `nothing` that a rule does. Null: added,
   * removed, no rule by itself, or it cannot be told because what is there does not compile.
   */
  readonly effect: Effect | null;
}

type Effect = "windows" | "words" | "nothing";

export interface RulePlan {
  /** What the topic shall hold. */
  readonly target: RuleDocuments;
  readonly changes: readonly RuleChange[];
  /** Rules whose windows begin anew though their own documents stay: by a filter, a field mapping, a rule they refer to. */
  readonly renewed: readonly string[];
  readonly unchanged: number;
  /** Unchanged, but at another place in the files. */
  readonly moved: number;
  /** Of the set as a whole; with any of them nothing may be written. */
  readonly faults: readonly RuleFault[];
  /** Of the compiled set, as running processes name it. */
  readonly version: string;
}

export interface PlanOptions {
  /** Remove what the local files do not hold. */
  readonly prune: boolean;
  readonly load: LoadOptions;
}

export function planRules(base: RuleDocuments, local: LocalDocuments, options: PlanOptions): RulePlan {
  const { prune, load } = options;
  const target = new Map([...(prune ? [] : base), ...local.documents]);
  const compiled = compileDocuments(target, load, local.others);
  const before = compileDocuments(base, load);
  const known = before.faults.length === 0;
  const changes = [...new Set([...base.keys(), ...target.keys()])]
    .sort(compare)
    .flatMap((key) => changeOf(base.get(key) ?? null, target.get(key) ?? null))
    .map(
      (change): RuleChange => ({
        ...change,
        effect: known ? effectOn(change.key, before.rules, compiled.rules) : null,
      }),
    );
  const changed = new Set(changes.map(({ key }) => key));
  const same = [...target.keys()].filter((key) => !changed.has(key));
  return {
    target,
    changes,
    renewed: same
      .filter((key) => known && effectOn(key, before.rules, compiled.rules) === "windows")
      .sort(compare),
    unchanged: same.length,
    moved: same.filter((key) => hasMoved(base.get(key)!, target.get(key)!)).length,
    faults: together(compiled.faults, local.faults),
    version: ruleSet([...compiled.rules.values()]).version,
  };
}

export function hasMoved(before: RuleDocument, after: RuleDocument): boolean {
  return before.file !== after.file || before.line !== after.line;
}

function changeOf(
  before: RuleDocument | null,
  after: RuleDocument | null,
): readonly Omit<RuleChange, "effect">[] {
  if (after === null) return before === null ? [] : [{ kind: "removed", key: before.key, before, after }];
  if (before === null) return [{ kind: "added", key: after.key, before, after }];
  return before.hash === after.hash ? [] : [{ kind: "changed", key: after.key, before, after }];
}

function effectOn(
  key: string,
  before: ReadonlyMap<string, Rule>,
  after: ReadonlyMap<string, Rule>,
): Effect | null {
  const [old, now] = [before.get(key), after.get(key)];
  if (old === undefined || now === undefined) return null;
  return old.decides !== now.decides ? "windows" : old.version !== now.version ? "words" : "nothing";
}

/** A duplicate may be told by both. */
function together(compiled: readonly RuleFault[], local: readonly RuleFault[]): readonly RuleFault[] {
  const place = ({ code, file, line }: RuleFault): string => JSON.stringify([code, file, line]);
  const told = new Set(compiled.map(place));
  return [...compiled, ...local.filter((fault) => !told.has(place(fault)))].sort(
    (a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column,
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
