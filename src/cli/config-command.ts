/** `corral config check|show`. */
import type { Command } from "commander";
import { showConfig } from "../config/show-config.ts";
import { configOf, withConfigOptions } from "./config-options.ts";
import { type ExitCode, exitCode, type Output } from "./output.ts";
import { table } from "./table.ts";

export function addConfigCommand(program: Command, output: Output, done: (code: ExitCode) => void): void {
  const config = program.command("config").description("the settings of this installation");
  withConfigOptions(config.command("check").description("find everything that is wrong")).action(
    (options) => {
      configOf(options);
      output.note("the configuration is in order");
      done(exitCode.ok);
    },
  );
  withConfigOptions(
    config.command("show").description("show effective values and where they come from"),
  ).action(({ config: file, ...flags }: Record<string, unknown>) => {
    const shown = showConfig({ flags, env: process.env, ...(typeof file === "string" ? { file } : {}) });
    output.result(
      table(
        ["setting", "value", "from"],
        shown.map(({ path, value, origin }) => [path, value, origin]),
      ),
    );
    done(exitCode.ok);
  });
}
