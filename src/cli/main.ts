/** The command line. Every command is one file here; what it does lives in the rooms below. */
import { Command, CommanderError } from "commander";
import { AccessRefused, ConfigError, messageOf, RuleError, TransientError } from "../errors.ts";
import { version } from "../version.ts";
import { addAlertsCommand } from "./alerts-command.ts";
import { addConfigCommand } from "./config-command.ts";
import { addDeadLetterCommand } from "./dead-letter-command.ts";
import { addDemoCommand } from "./demo-command.ts";
import { addIndicatorsCommand } from "./indicators-command.ts";
import { addInventoryCommand } from "./inventory-command.ts";
import { type ExitCode, endWithReader, exitCode, type Output, processOutput } from "./output.ts";
import { addReplayCommand } from "./replay-command.ts";
import { addRulesCommand } from "./rules-command.ts";
import { addRunCommand } from "./run-command.ts";
import { addSchemaCommand } from "./schema-command.ts";
import { addSourcesCommand } from "./sources-command.ts";
import { addTopicsCommand } from "./topics-command.ts";

/** Runs one command; resolves to its exit code. `argv`: the words behind the program's name. */
export async function main(argv: readonly string[], output: Output = processOutput): Promise<ExitCode> {
  if (output === processOutput) endWithReader();
  let code: ExitCode = exitCode.ok;
  const done = (result: ExitCode): void => {
    code = result;
  };
  const program = new Command("corral")
    .description("streaming security-event correlation for containers")
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.result(text.trimEnd()),
      writeErr: (text) => output.note(text.trimEnd()),
    });
  addDemoCommand(program, output, done);
  addRunCommand(program, done);
  addReplayCommand(program, output, done);
  addRulesCommand(program, output, done);
  addSourcesCommand(program, output, done);
  addAlertsCommand(program, output, done);
  addIndicatorsCommand(program, output, done);
  addTopicsCommand(program, output, done);
  addDeadLetterCommand(program, output, done);
  addInventoryCommand(program, output, done);
  addConfigCommand(program, output, done);
  addSchemaCommand(program, output, done);
  try {
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    return explain(error, output);
  }
}

function explain(error: unknown, output: Output): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
  if (error instanceof RuleError) {
    for (const line of error.message.split("\n")) output.note(line);
    return exitCode.ruleError;
  }
  if (error instanceof ConfigError || error instanceof AccessRefused) {
    output.note(messageOf(error));
    return exitCode.usage;
  }
  if (error instanceof TransientError) {
    output.note(messageOf(error));
    return exitCode.unreachable;
  }
  throw error;
}
