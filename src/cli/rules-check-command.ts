/** `corral rules check PATH…`: all faults of all files, and what is probably not meant. */
import { type Command, Option } from "commander";
import type { CheckResult } from "../app/check-rule-files.ts";
import type { Config } from "../config/settings.ts";
import { formatFault } from "../errors.ts";
import { type ExitCode, exitCode, type Output } from "./output.ts";
import { plural } from "./plural.ts";

interface Options {
  readonly format: "text" | "json" | "sarif" | "github";
  readonly verbose?: true;
  readonly config?: string;
}

export function addRulesCheckCommand(rules: Command, output: Output, done: (code: ExitCode) => void): void {
  rules
    .command("check")
    .description("find all faults of all files, and what is probably not meant")
    .argument("[paths...]", "rule files and folders", ["rules"])
    .addOption(
      new Option("--format <format>", "how they are printed")
        .choices(["text", "json", "sarif", "github"])
        .default("text"),
    )
    .option("--verbose", "also the most state that one group of each rule can hold")
    .option("--config <file>", "YAML file with the calendar, the lists and the bounds")
    .action(async (paths: string[], options: Options) => {
      const [{ checkRuleFiles }, { loadOptions }, { loadConfig }] = await Promise.all([
        import("../app/check-rule-files.ts"),
        import("../app/load-rule-set.ts"),
        import("../config/load-config.ts"),
      ]);
      const config = loadConfig({ flags: {}, env: process.env, file: options.config });
      const result = checkRuleFiles(paths, loadOptions(config), { maxEvents: config.state.maxEvents });
      await print(result, options, output);
      if (options.verbose === true) await printBounds(result, config, output);
      const { files, rules, faults, findings } = result;
      output.note(
        [
          plural(files.length, "file"),
          plural(rules.length, "rule"),
          plural(faults.length, "fault"),
          plural(findings.length, "finding"),
        ].join(", "),
      );
      if (faults.length > 0) done(exitCode.ruleError);
      else done(findings.length > 0 ? exitCode.findings : exitCode.ok);
    });
}

async function print(result: CheckResult, { format }: Options, output: Output): Promise<void> {
  const { faults, findings } = result;
  switch (format) {
    case "text":
      for (const fault of faults) output.result(formatFault(fault));
      if (findings.length > 0) output.result("findings:");
      for (const finding of findings) output.result(formatFault(finding));
      return;
    case "json":
      output.result(JSON.stringify({ faults, findings }, null, 2));
      return;
    case "sarif": {
      const { sarifLog } = await import("./sarif-log.ts");
      output.result(JSON.stringify(sarifLog(result), null, 2));
      return;
    }
    case "github": {
      const { githubCommand } = await import("./github-command.ts");
      for (const fault of faults) output.result(githubCommand("error", fault));
      for (const finding of findings) output.result(githubCommand("warning", finding));
    }
  }
}

/** To the person who called, so that the result stays what machines read. */
async function printBounds({ rules }: CheckResult, config: Config, output: Output): Promise<void> {
  const [{ stateBound }, { judgeSettings }, { ruleName }, { table }] = await Promise.all([
    import("../app/state-bound.ts"),
    import("../app/judge-settings.ts"),
    import("../rules/shadow.ts"),
    import("./table.ts"),
  ]);
  const settings = judgeSettings(config);
  const rows = rules.map((rule) => [
    ruleName(rule),
    String(stateBound(rule, settings)),
    [
      ...(rule.consults ? ["with the events it only consults"] : []),
      ...(rule.conditions.some(({ types }) => types === null) ? ["asked of every event"] : []),
    ].join("; "),
  ]);
  if (rows.length > 0) output.note(table(["rule", "bytes a group at most", ""], rows));
}
