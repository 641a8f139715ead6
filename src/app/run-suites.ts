/** Runs the tests below some paths, file by file. */
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
  for (const { file, faults, tests } of ruleTestSuites(paths, options)) {
    const chosen = tests.filter(({ test }) => wanted === null || wanted.test(test.name));
    if (chosen.length === 0 && faults.length === 0) continue;
    const results = chosen.map(({ rules, test }) => {
      const begun = performance.now();
      return { ...runRuleTest(rules, test), milliseconds: performance.now() - begun };
    });
    yield { file, faults, tests: results };
  }
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
