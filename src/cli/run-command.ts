/** `corral run`: the roles of this process, until SIGTERM or SIGINT. */
import type { Command } from "commander";
import { configOf, withConfigOptions } from "./config-options.ts";
import { type ExitCode, exitCode } from "./output.ts";

/** Beyond the time to stop, for goodbyes: to the group, and of connections that are being closed. */
const overtimeMs = 3_000;
const leftOverMs = 500;

export function addRunCommand(program: Command, done: (code: ExitCode) => void): void {
  withConfigOptions(program.command("run").description("enrich and correlate until SIGTERM")).action(
    async (options) => {
      // Kafka, Redis and metrics are loaded only where they are used: other commands start in half the time.
      const { runCorral } = await import("../app/run-corral.ts");
      const { createLogger } = await import("../telemetry/logger.ts");
      const config = configOf(options);
      const logger = createLogger({ level: config.log.level, role: config.role.join(",") });
      const stop = new AbortController();
      const end = (): void => {
        stop.abort();
        endAfter(config.shutdownTimeoutMs + overtimeMs, exitCode.unreachable, () => {
          const underWay = process.getActiveResourcesInfo();
          logger.error({ underWay }, "ended by force: it did not stop in time");
        });
      };
      process.once("SIGTERM", end);
      process.once("SIGINT", end);
      await runCorral({ config, logger, signal: stop.signal });
      done(exitCode.ok);
      // All that is ours has ended; timers of the Kafka client may go on for seconds.
      endAfter(leftOverMs, exitCode.ok);
    },
  );
}

/** Ends the process if something still keeps it then; the timer itself does not. */
function endAfter(milliseconds: number, code: ExitCode, tell: () => void = () => {}): void {
  const end = (): void => {
    tell();
    process.exit(code);
  };
  setTimeout(end, milliseconds).unref();
}
