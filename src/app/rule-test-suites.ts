/** The tests below some paths, by file: those that rule files carry, and `NAME.test.yml`. */
import { resolve } from "node:path";
import { RuleError, type RuleFault } from "../errors.ts";
import { compileCalendar } from "../rules/calendar.ts";
import { checkRules, type LoadOptions, type RuleText, readRuleFile } from "../rules/load-rules.ts";
import { type RuleSet, ruleSet } from "../rules/rule-set.ts";
import type { RuleTest } from "../rules/rule-test.ts";
import { loadTestFile } from "./load-test-file.ts";
import { testFilesIn } from "./test-files.ts";

export interface RuleTestSuite {
  readonly file: string;
  /** Where there are any there are no tests. */
  readonly faults: readonly RuleFault[];
  readonly tests: readonly { readonly test: RuleTest; readonly rules: RuleSet }[];
}

/**
 * One after the other, so that the first can be run and shown before the last is read. A file that only loads under the
 * pipelines of its tests has its faults, if any, told there. Throws ConfigError.
 */
export function* ruleTestSuites(paths: readonly string[], options: LoadOptions): Generator<RuleTestSuite> {
  const { rules, tests } = testFilesIn(paths);
  const ofTests = tests.map((file) => ofTestFile(file, options));
  const covered = new Set(
    ofTests.flatMap((suite) =>
      suite.tests.flatMap((each) => each.rules.rules.map((rule) => resolve(rule.file))),
    ),
  );
  for (const file of rules) {
    const suite = ofRuleFile(readRuleFile(file), options);
    if (suite.faults.length === 0 || !covered.has(resolve(file))) yield suite;
  }
  yield* ofTests;
}

function ofRuleFile(text: RuleText, options: LoadOptions): RuleTestSuite {
  const { file } = text;
  const { rules, faults } = checkRules([text], options);
  if (faults.length > 0) return { file, faults, tests: [] };
  const common = ruleSet(rules);
  const tests = rules
    .flatMap((rule) => rule.tests)
    .map((test) => ({
      test,
      rules: isPlain(test) ? common : ruleSet(checkRules([text], forTest(test, options)).rules),
    }));
  return { file, faults, tests };
}

function ofTestFile(file: string, options: LoadOptions): RuleTestSuite {
  try {
    const { rules, tests } = loadTestFile(file, options);
    const common = ruleSet(rules);
    return {
      file,
      faults: [],
      tests: tests.map((test) => ({
        test,
        rules: isPlain(test) ? common : ruleSet(loadTestFile(file, forTest(test, options)).rules),
      })),
    };
  } catch (error) {
    if (error instanceof RuleError) return { file, faults: error.faults, tests: [] };
    throw error;
  }
}

function isPlain({ calendar, lists }: RuleTest): boolean {
  return calendar === undefined && lists === undefined;
}

/** A test's own calendar and lists take the place of the installation's. */
function forTest({ calendar, lists }: RuleTest, options: LoadOptions): LoadOptions {
  return {
    ...options,
    ...(calendar === undefined ? {} : { calendar: compileCalendar(calendar) }),
    ...(lists === undefined ? {} : { lists: new Map(Object.entries(lists)) }),
  };
}
