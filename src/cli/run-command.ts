/** `corral run`: the roles of this process, until SIGTERM or SIGINT. */
import type { Command } from "commander";
import { runCorral } from "../app/run-corral.ts";
import { createLogger } from "../telemetry/logger.ts";
import { configOf, withConfigOptions } from "./config-options.ts";
import { type ExitCode, exitCode } from "./output.ts";

export function addRunCommand(program: Command, done: (code: ExitCode) => void): void {
  withConfigOptions(program.command("run").description("enrich and correlate until SIGTERM")).action(
    async (options) => {
      const config = configOf(options);
      const logger = createLogger({ level: config.log.level, role: config.role.join(",") });
      const stop = new AbortController();
      const end = (): void => stop.abort();
      process.once("SIGTERM", end);
      process.once("SIGINT", end);
      await runCorral({ config, logger, signal: stop.signal });
      done(exitCode.ok);
    },
  );
}
