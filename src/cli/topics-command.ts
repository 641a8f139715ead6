/** `corral topics create|status`. */
import type { Command } from "commander";
import { loadRuleSet } from "../app/load-rule-set.ts";
import type { Actor } from "../app/rights.ts";
import type { Config } from "../config/settings.ts";
import type { Log } from "../transport/log.ts";
import { configOf, withConfigOptions } from "./config-options.ts";
import { type ExitCode, exitCode, type Output } from "./output.ts";
import { plural } from "./plural.ts";
import { table } from "./table.ts";
import { wholeNumber } from "./whole-number.ts";

export function addTopicsCommand(program: Command, output: Output, done: (code: ExitCode) => void): void {
  const topics = program.command("topics").description("the topics that Corral reads and writes");
  withConfigOptions(topics.command("create").description("make the topics that are missing"))
    .option("--partitions <n>", "partitions of a new topic", wholeNumber, 6)
    .option("--replication-factor <n>", "copies of a new topic", wholeNumber, 1)
    .action(async (options) => {
      const { presumedWindow, topicSpecs } = await import("../app/topic-specs.ts");
      const config = configOf(options);
      const longestWindow = config.rulesTopic ? presumedWindow : loadRuleSet(config).longestWindow;
      const specs = topicSpecs(config, { ...options, longestWindow });
      await withLog(config, "topics create", async (log) => {
        const made = await log.createTopics(specs);
        for (const { topic, partitions } of specs) {
          output.result(
            `${topic}  ${made.includes(topic) ? `created with ${plural(partitions, "partition")}` : "exists"}`,
          );
        }
      });
      done(exitCode.ok);
    });
  withConfigOptions(topics.command("status").description("show partitions, ends and settings")).action(
    async (options) => {
      const config = configOf(options);
      const missing = await withLog(config, "topics status", (log) => status(config, log, output));
      done(missing ? exitCode.findings : exitCode.ok);
    },
  );
}

/** True when a topic is missing that is needed. */
async function status(config: Config, log: Log, output: Output): Promise<boolean> {
  const { topicNames } = await import("../app/ports.ts");
  const names = topicNames(config);
  const found = await log.describe(Object.values(names));
  const needed = ({ topic }: { readonly topic: string }) => topic !== names.rules || config.rulesTopic;
  const rows: string[][] = [];
  for (const { topic, partitions, config: settings } of found) {
    if (partitions === 0) {
      rows.push([topic, "missing", "", ""]);
      continue;
    }
    const records = [...(await log.bounds(topic)).values()].reduce(
      (sum, { low, high }) => sum + high - low,
      0,
    );
    const shown = ["message.timestamp.type", "retention.ms", "compression.type", "cleanup.policy"]
      .filter((key) => settings[key] !== undefined)
      .map((key) => `${key}=${settings[key]}`);
    rows.push([topic, String(partitions), String(records), shown.join(" ")]);
  }
  output.result(table(["topic", "partitions", "records", "settings"], rows));
  return found.filter(needed).some(({ partitions }) => partitions === 0);
}

/** Kafka's client is loaded only here: other commands start without it. */
async function withLog<T>(config: Config, actor: Actor, work: (log: Log) => Promise<T>): Promise<T> {
  const { openLog } = await import("../app/ports.ts");
  const { reachLog } = await import("../app/reach-log.ts");
  const { rightsOf } = await import("../app/rights.ts");
  const log = openLog(config, null);
  try {
    await reachLog(log, rightsOf(config, actor));
    return await work(log);
  } finally {
    await log.close();
  }
}
