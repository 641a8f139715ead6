/** `corral run`: the roles of this process, until SIGTERM or SIGINT. */
import type { Command } from "commander";
import { configOf, withConfigOptions } from "./config-options.ts";
import { type ExitCode, exitCode } from "./output.ts";

export function addRunCommand(program: Command, done: (code: ExitCode) => void): void {
  withConfigOptions(program.command("run").description("enrich and correlate until SIGTERM")).action(
    async (options) => {
      // Kafka, Redis and metrics are loaded only where they are used: other commands start in half the time.
      const { runCorral } = await import("../app/run-corral.ts");
      const { createLogger } = await import("../telemetry/logger.ts");
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
