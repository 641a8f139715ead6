/** `corral rules check|test`: rule files looked at without any server. */
import type { Command } from "commander";
import { runRuleTest } from "../app/run-rule-test.ts";
import { conditionTypes } from "../correlation/condition-types.ts";
import { ConfigError, formatFault } from "../errors.ts";
import { compileCalendar } from "../rules/calendar.ts";
import { checkRules, type RuleText, readRuleFile, ruleFiles } from "../rules/load-rules.ts";
import { ruleSet } from "../rules/rule-set.ts";
import type { RuleTest } from "../rules/rule-test.ts";
import { type ExitCode, exitCode, type Output } from "./output.ts";

export function addRulesCommand(program: Command, output: Output, done: (code: ExitCode) => void): void {
  const rules = program.command("rules").description("look at rule files without any server");
  rules
    .command("check")
    .description("find all faults of all files")
    .argument("[paths...]", "rule files and folders", ["rules"])
    .action((paths: string[]) => done(check(paths, output)));
  rules
    .command("test")
    .description("run the tests that the files carry")
    .argument("[paths...]", "rule files and folders", ["rules"])
    .option("--run <regex>", "only tests whose name matches")
    .action((paths: string[], options: { run?: string }) => done(test(paths, options, output)));
}

function check(paths: readonly string[], output: Output): ExitCode {
  const texts = paths.flatMap(ruleFiles).map(readRuleFile);
  const { rules, faults } = checkRules(texts, { conditionTypes });
  for (const fault of faults) output.result(formatFault(fault));
  output.note(
    `${plural(texts.length, "file")}, ${plural(rules.length, "rule")}, ${plural(faults.length, "fault")}`,
  );
  return faults.length === 0 ? exitCode.ok : exitCode.ruleError;
}

function test(paths: readonly string[], options: { readonly run?: string }, output: Output): ExitCode {
  const wanted = options.run === undefined ? null : namePattern(options.run);
  const texts = paths.flatMap(ruleFiles).map(readRuleFile);
  let passed = 0;
  let failed = 0;
  let faulty = 0;
  for (const text of texts) {
    const { rules, faults } = checkRules([text], { conditionTypes });
    if (faults.length > 0) {
      faulty += 1;
      output.result(text.file);
      for (const fault of faults) output.result(`  ${formatFault(fault)}`);
      continue;
    }
    const tests = rules
      .flatMap((rule) => rule.tests)
      .filter(({ name }) => wanted === null || wanted.test(name));
    if (tests.length === 0) continue;
    output.result(text.file);
    for (const each of tests) {
      const { differences } = runRuleTest(ruleSet(rulesFor(text, each)), each);
      if (differences.length === 0) passed += 1;
      else failed += 1;
      output.result(`  ${differences.length === 0 ? "✓" : "✗"} ${each.name}`);
      for (const line of differences) output.result(`      ${line}`);
    }
  }
  output.result(
    `${passed} passed, ${failed} failed${faulty > 0 ? `, ${plural(faulty, "file")} with faults` : ""}`,
  );
  if (faulty > 0) return exitCode.ruleError;
  return failed > 0 ? exitCode.findings : exitCode.ok;
}

function namePattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw new ConfigError(
      `Cannot choose tests: --run must be a regular expression: current value is ${text}`,
    );
  }
}

/** The file's rules, compiled anew where the test brings a calendar or lists of its own. */
function rulesFor(text: RuleText, { calendar, lists }: RuleTest) {
  return checkRules([text], {
    conditionTypes,
    calendar: compileCalendar(calendar),
    lists: new Map(Object.entries(lists ?? {})),
  }).rules;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
