/**
 * Runs the tests below some paths, file by file. A rule file in a folder called `refused` is a test by itself: it must
 * not load.
 */
import { basename, dirname } from "node:path";
import { performance } from "node:perf_hooks";
import type { LoadOptions } from "../rules/load-rules.ts";
import { type RuleTestSuite, ruleTestSuites } from "./rule-test-suites.ts";
import { type RuleTestResult, runRuleTest } from "./run-rule-test.ts";

export interface SuiteResult extends Pick<RuleTestSuite, "file" | "faults"> {
  readonly tests: readonly (RuleTestResult & { readonly milliseconds: number })[];
}

export interface Totals {
  readonly passed: number;
  readonly failed: number;
  /** Files with faults. */
  readonly faulty: number;
}

/** Files without anything to tell are left out. `wanted`: only tests whose name matches; null: all. */
export function* runSuites(
  paths: readonly string[],
  options: LoadOptions,
  wanted: RegExp | null,
): Generator<SuiteResult> {
  for (const suite of ruleTestSuites(paths, options)) {
    if (isToBeRefused(suite.file)) {
      const result = refusalOf(suite);
      if (wanted === null || wanted.test(result.name))
        yield { file: suite.file, faults: [], tests: [result] };
      continue;
    }
    const { file, faults, tests } = suite;
    const chosen = tests.filter(({ test }) => wanted === null || wanted.test(test.name));
    if (chosen.length === 0 && faults.length === 0) continue;
    const results = chosen.map(({ rules, test }) => {
      const begun = performance.now();
      return { ...runRuleTest(rules, test), milliseconds: performance.now() - begun };
    });
    yield { file, faults, tests: results };
  }
}

function isToBeRefused(file: string): boolean {
  return basename(dirname(file)) === "refused";
}

function refusalOf({ faults: [fault] }: RuleTestSuite): SuiteResult["tests"][number] {
  const passed = fault !== undefined;
  return {
    name: passed ? `is refused: ${fault.line}:${fault.column} ${fault.code} ${fault.message}` : "is refused",
    passed,
    differences: passed ? [] : ["it loads"],
    milliseconds: 0,
  };
}

export function totalsOf(results: readonly SuiteResult[]): Totals {
  const tests = results.flatMap((result) => result.tests);
  const passed = tests.filter((test) => test.passed).length;
  return {
    passed,
    failed: tests.length - passed,
    faulty: results.filter(({ faults }) => faults.length > 0).length,
  };
}
