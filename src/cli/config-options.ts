/** Settings on the command line: every setting that has a flag, on every command that reads a configuration. */
import type { Command } from "commander";
import { loadConfig } from "../config/load-config.ts";
import { type Config, settingList } from "../config/settings.ts";

export function withConfigOptions(command: Command): Command {
  command.option("--config <file>", "YAML file with settings");
  for (const { flag, doc, type } of settingList) {
    if (flag !== null) command.option(`--${flag} ${type.bareFlag ? "[value]" : "<value>"}`, doc);
  }
  return command;
}

/** Throws ConfigError with everything that is wrong. */
export function configOf(options: Readonly<Record<string, unknown>>): Config {
  const { config: file, ...flags } = options;
  return loadConfig({ flags, env: process.env, ...(typeof file === "string" ? { file } : {}) });
}
