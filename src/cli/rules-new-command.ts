/** `corral rules new --type T NAME`: a rule file to fill in. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Command } from "commander";
import { ConfigError, messageOf } from "../errors.ts";
import { type ExitCode, exitCode, type Output } from "./output.ts";

const schema = join(import.meta.dirname, "../../schemas/rule.schema.json");

export function addRulesNewCommand(rules: Command, output: Output, done: (code: ExitCode) => void): void {
  rules
    .command("new")
    .description("write a rule with a failing test to fill in")
    .argument("<name>", "id of the rule and name of its file: lower-case letters, digits and _")
    .requiredOption("--type <type>", "type of its first condition, like event_count")
    .option("--into <folder>", "where the file goes", "rules")
    .action(async (name: string, { type, into }: { type: string; into: string }) => {
      const { ruleTemplate, templateTypes } = await import("./rule-template.ts");
      if (!/^[a-z0-9_]+$/.test(name)) {
        throw new ConfigError(
          `Cannot write a rule: its name must be lower-case letters, digits and _: current value is ${name}`,
        );
      }
      if (!templateTypes.includes(type)) {
        throw new ConfigError(
          `Cannot write a rule: --type must be one of ${templateTypes.join(", ")}: current value is ${type}`,
        );
      }
      const file = join(into, `${name}.yml`);
      if (existsSync(file)) {
        throw new ConfigError(
          `Cannot write a rule: there must be no such file yet: current value is ${file}`,
        );
      }
      write(into, file, ruleTemplate(name, type, relative(into, schema)));
      output.result(file);
      output.note(`fill in what is written in capitals, then: corral rules test ${file} --watch`);
      done(exitCode.ok);
    });
}

function write(folder: string, file: string, text: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, text, { flag: "wx" });
  } catch (error) {
    throw new ConfigError(`Cannot write a rule: ${file} must be writable: ${messageOf(error)}`);
  }
}
