/** `corral rules push PATH…`: brings the rules topic to hold what the files hold. */
import type { Command } from "commander";
import type { PushResult } from "../app/push-rules.ts";
import { formatFault, RuleError } from "../errors.ts";
import { withConfigOptions } from "./config-options.ts";
import { withRulesTopic } from "./open-rules-topic.ts";
import { type ExitCode, exitCode, type Output } from "./output.ts";
import { plural } from "./plural.ts";
import { changeLines } from "./rule-change-lines.ts";

export function addRulesPushCommand(rules: Command, output: Output, done: (code: ExitCode) => void): void {
  withConfigOptions(
    rules
      .command("push")
      .description("add and replace in the rules topic what the files hold, as a whole or not at all")
      .argument("<paths...>", "rule files and folders"),
  )
    .option("--prune", "also remove what the topic holds and the files do not")
    .option("--dry-run", "only say what would change")
    .action(async (paths: string[], options: Readonly<Record<string, unknown>>) => {
      const { prune, dryRun, ...settings } = options;
      const [{ pushRules }, { localDocuments }] = await Promise.all([
        import("../app/push-rules.ts"),
        import("../app/local-documents.ts"),
      ]);
      const local = localDocuments(paths);
      try {
        const actor = dryRun === true ? "rules list, diff" : "rules push";
        const result = await withRulesTopic(settings, actor, (ports) =>
          pushRules({ ...ports, local, prune: prune === true, dryRun: dryRun === true }),
        );
        for (const line of changeLines(result)) output.result(line);
        output.note(outcome(result, dryRun === true));
        done(exitCode.ok);
      } catch (error) {
        if (!(error instanceof RuleError)) throw error;
        for (const fault of error.faults) output.result(formatFault(fault));
        output.note(`${plural(error.faults.length, "fault")}: nothing was pushed`);
        done(exitCode.ruleError);
      }
    });
}

export function outcome({ written, target, version }: PushResult, dryRun: boolean): string {
  if (written) return `pushed: ${plural(target.size, "document")}, set version ${version}`;
  return dryRun ? "nothing was pushed: --dry-run" : "nothing to do";
}
