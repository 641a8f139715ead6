/** `corral rules check`: everything that is wrong with files, and what is probably not meant, by file and place. */
import { RuleError, type RuleFault } from "../errors.ts";
import { lintRules } from "../rules/lint/lint-rules.ts";
import { checkRules, type LoadOptions, readRuleFile } from "../rules/load-rules.ts";
import type { Rule } from "../rules/rule.ts";
import { loadTestFile } from "./load-test-file.ts";
import { testFilesIn } from "./test-files.ts";

export interface CheckResult {
  /** Files that were looked at, those of tests included. */
  readonly files: readonly string[];
  readonly rules: readonly Rule[];
  readonly faults: readonly RuleFault[];
  /** Of lints, and of the loader where it warns. */
  readonly findings: readonly RuleFault[];
}

/** Throws ConfigError when a path cannot be read. */
export function checkRuleFiles(
  paths: readonly string[],
  options: LoadOptions,
  { maxEvents }: { readonly maxEvents: number },
): CheckResult {
  const { rules: files, tests } = testFilesIn(paths);
  const texts = files.map(readRuleFile);
  const { rules, faults, warnings } = checkRules(texts, options);
  const lists = options.lists ?? new Map<string, readonly string[]>();
  const findings = [...warnings, ...lintRules(texts, rules, { maxEvents, lists })];
  const ofTests = tests.flatMap((file) => faultsOf(file, options));
  return {
    files: [...files, ...tests],
    rules,
    faults: inOrder([...faults, ...ofTests]),
    findings: inOrder(findings),
  };
}

/** Faults of the file itself; those of the rules that it names are told where these are checked. */
function faultsOf(file: string, options: LoadOptions): readonly RuleFault[] {
  try {
    loadTestFile(file, options);
    return [];
  } catch (error) {
    if (error instanceof RuleError) return error.faults.filter((fault) => fault.file === file);
    throw error;
  }
}

function inOrder(faults: readonly RuleFault[]): readonly RuleFault[] {
  const first = new Map<string, number>();
  for (const [index, { file }] of faults.entries()) if (!first.has(file)) first.set(file, index);
  return faults.toSorted(
    (a, b) => first.get(a.file)! - first.get(b.file)! || a.line - b.line || a.column - b.column,
  );
}
