/** `corral rules diff PATH…`: what a push would change, line by line. */
import type { Command } from "commander";
import type { RuleChange } from "../app/rule-plan.ts";
import { formatFault } from "../errors.ts";
import { withConfigOptions } from "./config-options.ts";
import { withRulesTopic } from "./open-rules-topic.ts";
import { type ExitCode, exitCode, type Output } from "./output.ts";
import { plural } from "./plural.ts";
import { changeLine, halfAPush } from "./rule-change-lines.ts";

export function addRulesDiffCommand(rules: Command, output: Output, done: (code: ExitCode) => void): void {
  withConfigOptions(
    rules
      .command("diff")
      .description("show what a push would change (exit code 1: something)")
      .argument("<paths...>", "rule files and folders"),
  )
    .option("--prune", "as of a push that removes what the files do not hold")
    .action(async (paths: string[], { prune, ...settings }: Readonly<Record<string, unknown>>) => {
      const [{ RulesTopic }, { standing }, { planRules }, { localDocuments }] = await Promise.all([
        import("../app/rules-topic.ts"),
        import("../app/push-rules.ts"),
        import("../app/rule-plan.ts"),
        import("../app/local-documents.ts"),
      ]);
      const local = localDocuments(paths);
      const { state, plan } = await withRulesTopic(
        settings,
        "rules list, diff",
        async ({ codec, load, ...ports }) => {
          const found = await new RulesTopic({ ...ports, decode: codec.decode }).read();
          const plan = planRules(standing(found), local, { load, prune: prune === true });
          return { state: found.state, plan };
        },
      );
      if (state === "half") output.note(halfAPush);
      if (plan.faults.length > 0) {
        for (const fault of plan.faults) output.result(formatFault(fault));
        output.note(plural(plan.faults.length, "fault"));
        done(exitCode.ruleError);
        return;
      }
      for (const change of plan.changes) for (const line of await diffOf(change)) output.result(line);
      output.note(`${plural(plan.changes.length, "difference")}, ${plan.unchanged} unchanged`);
      done(plan.changes.length > 0 ? exitCode.findings : exitCode.ok);
    });
}

async function diffOf(change: RuleChange): Promise<readonly string[]> {
  const { lineDiff } = await import("../app/line-diff.ts");
  const side = (document: RuleChange["before"], whose: string) => ({
    name: document === null ? "/dev/null" : `${whose} ${document.file}`,
    text: document?.text ?? "",
    line: document?.line ?? 1,
  });
  return [changeLine(change), ...lineDiff(side(change.before, "topic"), side(change.after, "here"))];
}
