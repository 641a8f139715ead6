/** `corral rules shadow`: what rules in shadow mode have found beside the live ones, from the alerts topic. */
import { type Command, Option } from "commander";
import type { Alert } from "../alerts/alert.ts";
import type { ListedSet } from "../app/list-topic-rules.ts";
import type { RulesTopicOptions } from "../app/rules-topic.ts";
import type { Config } from "../config/settings.ts";
import type { LoadOptions } from "../rules/load-rules.ts";
import { configOf, withConfigOptions } from "./config-options.ts";
import { instant } from "./instant.ts";
import { type ExitCode, exitCode, type Output } from "./output.ts";

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
      const [{ findingsOf, shadowDiff }, { differs, shadowLines, shadowNdjson }] = await Promise.all([
        import("../app/shadow-diff.ts"),
        import("./shadow-lines.ts"),
      ]);
      const config = configOf(options);
      const { alerts, onTrial } = await whatIsThere(config);
      const since = options.since as number;
      const recent = alerts.filter(({ opened_at }) => opened_at >= since);
      const diffs = shadowDiff(findingsOf(recent, config.alerts.updateIntervalMs), onTrial);
      const lines = options.format === "ndjson" ? shadowNdjson(diffs) : shadowLines(diffs);
      if (diffs.length === 0) output.note("no rule is in shadow mode");
      else for (const line of lines) output.result(line);
      done(differs(diffs) ? exitCode.findings : exitCode.ok);
    });
}

/** The alerts as they stand in the end, and the ids of rules in shadow mode, of the files or of the rules topic. */
async function whatIsThere(
  config: Config,
): Promise<{ readonly alerts: readonly Alert[]; readonly onTrial: readonly string[] }> {
  const [{ lastAlerts }, { loadOptions, loadRuleSet }, ports, { reachLog }, { rightsOf }] = await Promise.all(
    [
      import("../app/last-alerts.ts"),
      import("../app/load-rule-set.ts"),
      import("../app/ports.ts"),
      import("../app/reach-log.ts"),
      import("../app/rights.ts"),
    ],
  );
  const topics = ports.topicNames(config);
  const fromFiles = config.rulesTopic ? null : loadRuleSet(config).rules;
  const codecs = await ports.codecsOf(config);
  const log = ports.openLog(config, null);
  try {
    await reachLog(log, rightsOf(config, "rules shadow"));
    const rules =
      fromFiles ??
      (await rulesOfTopic({ log, topic: topics.rules, decode: codecs.rule.decode }, loadOptions(config)));
    const alerts = await lastAlerts(log, topics.alerts, codecs.alert.decode);
    const onTrial = rules.filter(({ mode }) => mode === "shadow").map(({ id }) => id);
    return { alerts: [...alerts.values()], onTrial };
  } finally {
    await log.close();
  }
}

async function rulesOfTopic(options: RulesTopicOptions, load: LoadOptions): Promise<ListedSet["rules"]> {
  const { listTopicRules } = await import("../app/list-topic-rules.ts");
  const { RulesTopic } = await import("../app/rules-topic.ts");
  return listTopicRules(await new RulesTopic(options).read(), load).rules;
}
