/** `corral replay FILE…`: files in, final alerts out. */
import { type Command, Option } from "commander";
import { judgeSettings } from "../app/judge-settings.ts";
import { loadRuleSet } from "../app/load-rule-set.ts";
import { replay } from "../app/replay.ts";
import type { Verdict } from "../correlation/verdict.ts";
import { enrichmentChain } from "../enrichment/chain.ts";
import { cluster } from "../enrichment/cluster.ts";
import { configOf, withConfigOptions } from "./config-options.ts";
import { type ExitCode, exitCode, type Output } from "./output.ts";
import { table } from "./table.ts";

export function addReplayCommand(program: Command, output: Output, done: (code: ExitCode) => void): void {
  withConfigOptions(program.command("replay").description("judge recorded events without any server"))
    .argument("<files...>", "files with one JSON record a line; several are merged by event time")
    .addOption(
      new Option("--format <format>", "how alerts are printed").choices(["table", "ndjson"]).default("table"),
    )
    .action(async (files: string[], options) => {
      const config = configOf(options);
      const rules = loadRuleSet(config);
      const chain = enrichmentChain(config.cluster === "" ? [] : [cluster(config.cluster)]);
      const { alerts, events, late, refused } = await replay(files, {
        rules,
        judge: judgeSettings(config),
        chain,
      });
      for (const { file, line, reason } of refused) output.note(`${file}:${line}: ${reason}`);
      if (options.format === "ndjson")
        for (const alert of alerts) output.result(JSON.stringify(lineOf(alert)));
      else if (alerts.length > 0)
        output.result(table(["opened", "severity", "rule", "group", "events", "reason"], alerts.map(rowOf)));
      output.note(
        `${events} events, ${late} late, ${refused.length} not read, ${rules.rules.length} rules, ${alerts.length} alerts`,
      );
      done(exitCode.ok);
    });
}

/** The line that scripts rely on. */
function lineOf(verdict: Verdict): object {
  const { rule } = verdict;
  return {
    rule: rule.id,
    id: verdict.id,
    group: verdict.group,
    opened_at: verdict.openedAt,
    last_seen: verdict.lastSeen,
    closed: verdict.status === "closed",
    severity: rule.severity,
    event_count: verdict.count,
    actions: rule.actions.map(({ type }) => type),
    evidence: verdict.evidence.map(({ id }) => id),
  };
}

function rowOf({ rule, openedAt, group, count, conditions }: Verdict): readonly string[] {
  return [
    new Date(openedAt).toISOString(),
    rule.severity,
    rule.id,
    Object.entries(group)
      .map(([key, value]) => `${key}=${value}`)
      .join(" "),
    String(count),
    conditions
      .filter(({ met }) => met)
      .map(({ phrase }) => phrase)
      .join(", "),
  ];
}
