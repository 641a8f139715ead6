/** `corral alerts`: what is in the alerts topic, decoded. */
import { type Command, Option } from "commander";
import type { Alert } from "../alerts/alert.ts";
import { safeLine } from "../safe-text.ts";
import { configOf, withConfigOptions } from "./config-options.ts";
import { type ExitCode, exitCode, type Output } from "./output.ts";

export function addAlertsCommand(program: Command, output: Output, done: (code: ExitCode) => void): void {
  withConfigOptions(program.command("alerts").description("show the alerts topic, decoded"))
    .option("--follow", "go on with new alerts until interrupted")
    .addOption(
      new Option("--format <format>", "how records are printed").choices(["text", "ndjson"]).default("text"),
    )
    .action(async (options) => {
      const { followAlerts } = await import("../app/follow-alerts.ts");
      const { codecsOf, openLog, topicNames } = await import("../app/ports.ts");
      const { reachLog } = await import("../app/reach-log.ts");
      const { rightsOf } = await import("../app/rights.ts");
      const { systemClock } = await import("../clock.ts");
      const config = configOf(options);
      const topics = topicNames(config);
      const codecs = await codecsOf(config);
      const log = openLog(config, null);
      const stop = new AbortController();
      process.once("SIGINT", () => stop.abort());
      process.once("SIGTERM", () => stop.abort());
      try {
        await reachLog(log, rightsOf(config, "alerts"));
        const records = followAlerts({
          log,
          topic: topics.alerts,
          decode: codecs.alert.decode,
          clock: systemClock,
          signal: stop.signal,
          follow: options.follow === true,
        });
        for await (const alert of records) {
          output.result(options.format === "ndjson" ? JSON.stringify(alert) : lineOf(alert));
        }
      } finally {
        await log.close();
      }
      done(exitCode.ok);
    });
}

function lineOf({ opened_at, status, severity, rule, shadow, id, revision, reason }: Alert): string {
  const name = shadow ? `${rule.id}@shadow` : rule.id;
  return safeLine(
    `${new Date(opened_at).toISOString()} ${status} ${severity} ${name} ${id}/${revision}: ${reason}`,
  );
}
