/**
 * A lint: something that loads and can be judged, but is probably not meant. Pure: a rule and its source in, findings
 * with their places out. Findings are no faults: the rule runs all the same.
 */
import type { Rule } from "../rule.ts";
import type { RuleTest } from "../rule-test.ts";
import type { FaultPath } from "../yaml-documents.ts";

export type Source = Readonly<Record<string, unknown>>;

/** A rule beside the document that it was compiled from. */
export interface LintedRule {
  readonly rule: Rule;
  readonly source: Source;
  /** Those that it is tested in: its file, and files of tests that name it. */
  readonly suites: readonly Suite[];
}

/** Tests, and all rules that they run against. */
export interface Suite {
  readonly rules: readonly Rule[];
  readonly tests: readonly RuleTest[];
}

export interface LintContext {
  /** `state.max_events`. */
  readonly maxEvents: number;
  readonly lists: ReadonlyMap<string, readonly string[]>;
  /** Of files of tests. */
  readonly suites: readonly Suite[];
  /** Types of the events that rules make; null: not all rules are known, so others may be made. */
  readonly produced: ReadonlySet<string> | null;
}

export type Report = (path: FaultPath, message: string) => void;

export interface Lint {
  /** The name of its file. */
  readonly code: string;
  /** One sentence for manuals and reports. */
  readonly summary: string;
  check(linted: LintedRule, report: Report, context: LintContext): void;
}
