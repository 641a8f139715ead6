/** `corral rules shadow`: what rules in shadow mode have found beside the live ones, from the alerts topic. */
import { type Command, Option } from "commander";
import type { Alert } from "../alerts/alert.ts";
import type { Config } from "../config/settings.ts";
import { configOf, withConfigOptions } from "./config-options.ts";
import { instant } from "./instant.ts";
import { type ExitCode, exitCode, type Output } from "./output.ts";

const pingMs = 10_000;

export function addRulesShadowCommand(rules: Command, output: Output, done: (code: ExitCode) => void): void {
  withConfigOptions(
    rules
      .command("shadow")
      .description("compare what rules in shadow mode found with what the live ones did"),
  )
    .option(
      "--since <time>",
      "alerts that opened from then on: a time, or how long ago",
      instant,
      instant("1d"),
    )
    .addOption(
      new Option("--format <format>", "how it is printed").choices(["table", "ndjson"]).default("table"),
    )
    .action(async (options) => {
      const [{ findingsOf, shadowDiff }, { loadRuleSet }, { differs, shadowLines, shadowNdjson }] =
        await Promise.all([
          import("../app/shadow-diff.ts"),
          import("../app/load-rule-set.ts"),
          import("./shadow-lines.ts"),
        ]);
      const config = configOf(options);
      const loaded = loadRuleSet(config).rules.filter(({ mode }) => mode === "shadow");
      const since = options.since as number;
      const alerts = (await finalAlerts(config)).filter(({ opened_at }) => opened_at >= since);
      const diffs = shadowDiff(
        findingsOf(alerts),
        loaded.map(({ id }) => id),
      );
      const lines = options.format === "ndjson" ? shadowNdjson(diffs) : shadowLines(diffs);
      if (diffs.length === 0) output.note("no rule is in shadow mode");
      else for (const line of lines) output.result(line);
      done(differs(diffs) ? exitCode.findings : exitCode.ok);
    });
}

async function finalAlerts(config: Config): Promise<readonly Alert[]> {
  const { lastAlerts } = await import("../app/last-alerts.ts");
  const { openLog, topicNames } = await import("../app/ports.ts");
  const { openCodecs } = await import("../codec/open-codecs.ts");
  const topics = topicNames(config);
  const codecs = await openCodecs({ registryUrl: config.registry.url, subjects: topics });
  const log = openLog(config, null);
  try {
    await log.ping(pingMs);
    return [...(await lastAlerts(log, topics.alerts, codecs.alert.decode)).values()];
  } finally {
    await log.close();
  }
}
