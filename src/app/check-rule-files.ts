/** `corral rules check`: everything that is wrong with files, and what is probably not meant, by file and place. */
import { resolve } from "node:path";
import { formatFault, RuleError, type RuleFault } from "../errors.ts";
import { producedTypes } from "../rules/chains.ts";
import type { Suite } from "../rules/lint/lint.ts";
import { lintRules } from "../rules/lint/lint-rules.ts";
import { checkRules, type LoadOptions, readRuleFile } from "../rules/load-rules.ts";
import type { Rule } from "../rules/rule.ts";
import { loadTestFile } from "./load-test-file.ts";
import { isFolder, testFilesIn } from "./test-files.ts";

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
  const { rules, faults, documents } = checkRules(texts, options);
  const checked = new Set(files.map((file) => resolve(file)));
  const ofTests = tests.map((file) => checkedTests(file, checked, options));
  const allFaults = [...faults, ...onceEach(ofTests.flatMap((each) => each.faults))];
  const findings = lintRules(documents, rules, {
    maxEvents,
    lists: options.lists ?? new Map<string, readonly string[]>(),
    suites: ofTests.flatMap(({ suite }) => (suite === null ? [] : [suite])),
    // Who names single files leaves others out.
    produced:
      faults.length === 0 && paths.every(isFolder)
        ? new Set(rules.flatMap((rule) => producedTypes(rule)))
        : null,
  });
  const all = [...files, ...tests];
  return { files: all, rules, faults: inOrder(allFaults, all), findings: inOrder(findings, all) };
}

/** Its faults, and those of files that it names; those of rules that are `checked` are told there. */
function checkedTests(
  file: string,
  checked: ReadonlySet<string>,
  options: LoadOptions,
): { readonly suite: Suite | null; readonly faults: readonly RuleFault[] } {
  try {
    return { suite: loadTestFile(file, options), faults: [] };
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    return { suite: null, faults: error.faults.filter((fault) => !checked.has(resolve(fault.file))) };
  }
}

/** Several files of tests may name one file. */
function onceEach(faults: readonly RuleFault[]): readonly RuleFault[] {
  return [...new Map(faults.map((fault) => [formatFault(fault), fault])).values()];
}

/** By file, those that were looked at first, and by place. */
function inOrder(faults: readonly RuleFault[], files: readonly string[]): readonly RuleFault[] {
  const place = new Map<string, number>();
  for (const file of [...files, ...faults.map((fault) => fault.file)]) {
    if (!place.has(file)) place.set(file, place.size);
  }
  return faults.toSorted(
    (a, b) => place.get(a.file)! - place.get(b.file)! || a.line - b.line || a.column - b.column,
  );
}
