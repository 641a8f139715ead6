/** `corral replay FILE…` and `corral replay --topic T`: recorded events in, final alerts out. */

import { type Command, Option } from "commander";
import { enrichmentOf } from "../app/enrichment-of.ts";
import { judgeSettings } from "../app/judge-settings.ts";
import { loadRuleSet } from "../app/load-rule-set.ts";
import { type RefusedLine, readEventFiles } from "../app/read-event-files.ts";
import { type ReplayOptions, type ReplayResult, replay } from "../app/replay.ts";
import type { Config } from "../config/settings.ts";
import type { Verdict } from "../correlation/verdict.ts";
import { ConfigError } from "../errors.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import { ruleName } from "../rules/shadow.ts";
import { type ReadRecord, recordReader } from "../sources/read-record.ts";
import { configOf, withConfigOptions } from "./config-options.ts";
import { instant } from "./instant.ts";
import { type ExitCode, exitCode, type Output } from "./output.ts";
import { plural } from "./plural.ts";
import { table } from "./table.ts";

interface TopicOptions {
  readonly topic?: string;
  /** Epoch milliseconds. */
  readonly since?: number;
  readonly until?: number;
}

type Result = ReplayResult & {
  /** How many lines or records could not be read. */
  readonly refused: number;
};

export function addReplayCommand(program: Command, output: Output, done: (code: ExitCode) => void): void {
  withConfigOptions(program.command("replay").description("judge recorded events, and leave no trace"))
    .argument("[files...]", "files with one JSON record a line; several are merged by event time")
    .option("--topic <name>", "judge what this topic holds instead: events.enriched or events.raw")
    .option("--since <time>", "from when the broker had it: a time, or how long ago (7d)", instant)
    .option("--until <time>", "until when the broker had it: a time, or how long ago", instant)
    .addOption(
      new Option("--format <format>", "how alerts are printed").choices(["table", "ndjson"]).default("table"),
    )
    .option("--shadow", "print how rules in shadow mode differ from the live ones, instead of alerts")
    .action(async (files: string[], options) => {
      checkTogether(files, options);
      const config = configOf(options);
      const rules = loadRuleSet(config);
      const chain = enrichmentOf(config);
      const readRecord = recordReader(config.mappings);
      const judging: ReplayOptions = { rules, judge: judgeSettings(config), chain };
      const { alerts, events, late, refused, muted, shed } = await (options.topic === undefined
        ? replayFiles(files, readRecord, judging, output)
        : replayFromTopic(options, config, readRecord, judging, output));
      const ndjson = options.format === "ndjson";
      if (options.shadow === true) await printShadow(rules, alerts, ndjson, output);
      else if (ndjson) for (const alert of alerts) output.result(JSON.stringify(lineOf(alert)));
      else if (alerts.length > 0)
        output.result(table(["opened", "severity", "rule", "group", "events", "reason"], alerts.map(rowOf)));
      if (muted > 0)
        output.note(`beyond alerts.max_per_minute: ${plural(muted, "alert")}, counted and not listed`);
      if (shed > 0)
        output.note(`beyond state.max_groups: ${plural(shed, "group")} given up; alerts may be missing`);
      output.note(
        `${plural(events, "event")}, ${late} late, ${refused} not read, ${plural(rules.rules.length, "rule")}, ${plural(alerts.length, "alert")}`,
      );
      done(exitCode.ok);
    });
}

/** Throws ConfigError. */
function checkTogether(files: readonly string[], { topic, since, until }: TopicOptions): void {
  const fault =
    (topic === undefined) === (files.length === 0)
      ? "it takes files or --topic, one of the two"
      : topic === undefined && (since ?? until) !== undefined
        ? "--since and --until go with --topic"
        : since !== undefined && until !== undefined && since >= until
          ? "--since must be before --until"
          : null;
  if (fault !== null) throw new ConfigError(`Cannot replay: ${fault}`);
}

async function replayFiles(
  files: readonly string[],
  readRecord: ReadRecord,
  judging: ReplayOptions,
  output: Output,
): Promise<Result> {
  const refused: RefusedLine[] = [];
  const result = await replay(readEventFiles(files, readRecord, refused), judging);
  for (const { file, line, reason } of refused) output.note(`${file}:${line}: ${reason}`);
  return { ...result, refused: refused.length };
}

async function replayFromTopic(
  { topic, since, until }: TopicOptions,
  config: Config,
  readRecord: ReadRecord,
  judging: ReplayOptions,
  output: Output,
): Promise<Result> {
  const { codecsOf, openLog, topicNames } = await import("../app/ports.ts");
  const { reachLog } = await import("../app/reach-log.ts");
  const { replayTopic } = await import("../app/replay-topic.ts");
  const { rightsOf } = await import("../app/rights.ts");
  const topics = topicNames(config);
  const which = (["enriched", "raw"] as const).find((each) =>
    [topics[each], config.topics[each]].includes(topic!),
  );
  if (which === undefined) {
    const { enriched, raw } = config.topics;
    throw new ConfigError(`Cannot replay: --topic must be ${enriched} or ${raw}: current value is ${topic}`);
  }
  let refused = 0;
  const log = openLog(config, null);
  try {
    await reachLog(log, rightsOf(config, `replay --topic events.${which}`));
    const codecs = await codecsOf(config);
    const result = await replayTopic({
      ...judging,
      readRecord,
      log,
      codecs,
      topics,
      topic: which,
      since: since ?? null,
      until: until ?? null,
      refused: (place, reason) => {
        refused += 1;
        output.note(`${place}: ${reason}`);
      },
    });
    return { ...result, refused };
  } finally {
    await log.close();
  }
}

async function printShadow(
  { rules }: RuleSet,
  alerts: readonly Verdict[],
  ndjson: boolean,
  output: Output,
): Promise<void> {
  const { findingOf, shadowDiff } = await import("../app/shadow-diff.ts");
  const { shadowLines, shadowNdjson } = await import("./shadow-lines.ts");
  const onTrial = rules.filter(({ mode }) => mode === "shadow").map(({ id }) => id);
  if (onTrial.length === 0) output.note("no rule is in shadow mode");
  const diffs = shadowDiff(alerts.map(findingOf), onTrial);
  for (const line of ndjson ? shadowNdjson(diffs) : shadowLines(diffs)) output.result(line);
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
    ...(rule.mode === "shadow" ? { shadow: true } : {}),
  };
}

function rowOf({ rule, openedAt, group, count, conditions }: Verdict): readonly string[] {
  return [
    new Date(openedAt).toISOString(),
    rule.severity,
    ruleName(rule),
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
