/** `corral schema rule|test|config|mapping`: what editors check files against. */
import { Argument, type Command } from "commander";
import { type ExitCode, exitCode, type Output } from "./output.ts";

export function addSchemaCommand(program: Command, output: Output, done: (code: ExitCode) => void): void {
  program
    .command("schema")
    .description(
      "print the JSON Schema of a rule, of a *.test.yml, of the settings file or of a mapping file",
    )
    .addArgument(new Argument("<what>", "what it describes").choices(["rule", "test", "config", "mapping"]))
    .action(async (what: "rule" | "test" | "config" | "mapping") => {
      const { jsonSchemas } = await import("../app/json-schemas.ts");
      output.result(JSON.stringify(jsonSchemas[what](), null, 2));
      done(exitCode.ok);
    });
}
