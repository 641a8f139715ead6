/** `corral rules …`: rule files looked at without any server, the rules topic, and what rules in shadow mode found. */
import type { Command } from "commander";
import type { ExitCode, Output } from "./output.ts";
import { addRulesCheckCommand } from "./rules-check-command.ts";
import { addRulesCoverageCommand } from "./rules-coverage-command.ts";
import { addRulesDiffCommand } from "./rules-diff-command.ts";
import { addRulesExplainCommand } from "./rules-explain-command.ts";
import { addRulesListCommand } from "./rules-list-command.ts";
import { addRulesNewCommand } from "./rules-new-command.ts";
import { addRulesPushCommand } from "./rules-push-command.ts";
import { addRulesShadowCommand } from "./rules-shadow-command.ts";
import { addRulesTestCommand } from "./rules-test-command.ts";

export function addRulesCommand(program: Command, output: Output, done: (code: ExitCode) => void): void {
  const rules = program
    .command("rules")
    .description("check, test and explain rules; maintain the rules topic");
  addRulesCheckCommand(rules, output, done);
  addRulesTestCommand(rules, output, done);
  addRulesExplainCommand(rules, output, done);
  addRulesCoverageCommand(rules, output, done);
  addRulesNewCommand(rules, output, done);
  addRulesPushCommand(rules, output, done);
  addRulesListCommand(rules, output, done);
  addRulesDiffCommand(rules, output, done);
  addRulesShadowCommand(rules, output, done);
}
