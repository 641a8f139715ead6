/** `corral indicators sync|check|stats`: feeds of threat intelligence and what the topic holds of them. */
import type { Command } from "commander";
import type { FollowTable } from "../app/follow-table.ts";
import type { Actor } from "../app/rights.ts";
import type { FeedReport } from "../app/sync-indicators.ts";
import { systemClock } from "../clock.ts";
import type { Codec } from "../codec/codec.ts";
import type { Config } from "../config/settings.ts";
import type { Indicator } from "../enrichment/indicator.ts";
import type { IndicatorMatch } from "../enrichment/indicator-table.ts";
import { ConfigError } from "../errors.ts";
import type { Log } from "../transport/log.ts";
import { configOf, withConfigOptions } from "./config-options.ts";
import { instant } from "./instant.ts";
import { type ExitCode, exitCode, type Output } from "./output.ts";
import { table } from "./table.ts";

interface Opened {
  readonly log: Log;
  readonly topic: string;
  readonly codec: Codec<Indicator>;
}

export function addIndicatorsCommand(program: Command, output: Output, done: (code: ExitCode) => void): void {
  const indicators = program
    .command("indicators")
    .description("known bad domains, addresses, URLs and files: from feeds to the topic that enrichers read");
  withConfigOptions(
    indicators.command("sync").description("read the feeds and write what has changed, again and again"),
  )
    .option("--once", "read each feed once")
    .action(async ({ once, ...options }) => {
      done(await sync(configOf(options), once === true, output));
    });
  withConfigOptions(
    indicators
      .command("check")
      .description("what is known of a domain, an address, a URL or a hash; exit code 1: something")
      .argument("<value...>", "domains, addresses, URLs, hashes"),
  )
    .option("--at <instant>", "event time, RFC 3339 or how long ago; default: now", instant)
    .action(async (values: readonly string[], { at, ...options }) => {
      done(await check(configOf(options), values, at ?? systemClock.now(), output));
    });
  withConfigOptions(indicators.command("stats").description("how many indicators of which feed")).action(
    async (options) => {
      await stats(configOf(options), output);
      done(exitCode.ok);
    },
  );
}

async function sync(config: Config, once: boolean, output: Output): Promise<ExitCode> {
  const { IndicatorSync } = await import("../app/sync-indicators.ts");
  const { keepIndicators } = await import("../app/keep-indicators.ts");
  const { feeds } = config.indicators;
  if (feeds.length === 0) {
    throw new ConfigError("Cannot sync indicators: indicators.feeds must list a feed: current value is none");
  }
  return withTopic(config, "indicators sync", async (opened) => {
    const report = (feed: FeedReport) => {
      for (const line of lines(feed)) (feed.state === "failed" ? output.note : output.result)(line);
    };
    const syncing = new IndicatorSync({ ...opened, clock: systemClock, feeds });
    try {
      await syncing.load();
      for (const gone of await syncing.forgetOthers()) report(gone);
      if (!once) {
        const signal = untilInterrupted();
        await keepIndicators({ sync: syncing, feeds, clock: systemClock, signal, report });
        return exitCode.ok;
      }
      let failed = false;
      for (const { name } of feeds) {
        const result = await syncing.sync(name);
        report(result);
        failed ||= result.state === "failed";
      }
      return failed ? exitCode.findings : exitCode.ok;
    } finally {
      await syncing.close();
    }
  });
}

function untilInterrupted(): AbortSignal {
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  process.once("SIGTERM", () => stop.abort());
  return stop.signal;
}

function* lines({ feed, state, indicators, written, removed, refused, examples, reason }: FeedReport) {
  if (state === "failed") {
    yield `${feed}: failed, its ${indicators} indicators stay: ${reason}`;
    return;
  }
  yield `${feed}: ${state}, ${indicators} indicators, ${written} written, ${removed} taken back`;
  for (const [word, count] of refused)
    yield `${feed}: ${count} left out, ${word}, such as ${JSON.stringify(examples.get(word) ?? "")}`;
}

async function check(
  config: Config,
  values: readonly string[],
  at: number,
  output: Output,
): Promise<ExitCode> {
  const { allowListOf } = await import("../app/allow-list-of.ts");
  const { IndicatorTable } = await import("../enrichment/indicator-table.ts");
  const { observableType } = await import("../enrichment/observable-type.ts");
  const { allow, minConfidence } = config.indicators;
  const known = new IndicatorTable({ allow: allowListOf(allow), minConfidence });
  await withTopic(config, "indicators check, stats", async (opened) => {
    await (await topicOf(opened, output, (key, indicator) => known.take(key, indicator))).load();
  });
  let hits = 0;
  for (const value of values) {
    const type = observableType(value);
    if (type === null) throw new ConfigError(`Cannot check: ${notObservable}: current value is ${value}`);
    const found = known.find(type, value, at);
    hits += found.length;
    if (found.length === 0) output.result(`${value}: nothing known`);
    for (const match of found) output.result(`${value}: ${matchLine(match)}`);
  }
  return hits > 0 ? exitCode.findings : exitCode.ok;
}

const notObservable = "the value must be a domain, an address, a URL or a hash";

function matchLine({ type, value, feed, threat, confidence, tags, first_seen }: IndicatorMatch): string {
  const parts = [
    `${type} ${value} of ${feed}`,
    `confidence ${confidence}`,
    ...(threat === null ? [] : [threat]),
    ...(tags.length === 0 ? [] : [`tags ${tags.join(", ")}`]),
    ...(first_seen === null ? [] : [`first seen ${new Date(first_seen).toISOString()}`]),
  ];
  return parts.join("; ");
}

async function stats(config: Config, output: Output): Promise<void> {
  const { indicatorStats } = await import("../app/indicator-stats.ts");
  const held = new Map<string, Indicator>();
  await withTopic(config, "indicators check, stats", async (opened) => {
    const topic = await topicOf(opened, output, (key, indicator) => {
      if (indicator === null) held.delete(key);
      else held.set(key, indicator);
    });
    await topic.load();
  });
  const rows = indicatorStats(held.values(), systemClock.now()).map((count) => [
    count.feed,
    count.type,
    String(count.indicators),
    String(count.valid),
    count.newest === null ? "" : new Date(count.newest).toISOString(),
  ]);
  output.result(table(["feed", "type", "indicators", "valid now", "newest"], rows));
}

async function topicOf(
  opened: Opened,
  output: Output,
  take: (key: string, indicator: Indicator | null) => void,
): Promise<FollowTable> {
  const { indicatorsTopic } = await import("../app/read-indicators.ts");
  const observe = {
    progress: () => {},
    refused: (place: string, reason: string) => output.note(`${place}: ${reason}`),
    away: () => {},
  };
  return indicatorsTopic({ ...opened, clock: systemClock, take, observe }, 0);
}

/** Kafka's client is loaded only here: other commands start without it. */
async function withTopic<T>(config: Config, actor: Actor, work: (opened: Opened) => Promise<T>): Promise<T> {
  const { codecsOf, openLog, topicNames } = await import("../app/ports.ts");
  const { reachLog } = await import("../app/reach-log.ts");
  const { rightsOf } = await import("../app/rights.ts");
  const topics = topicNames(config);
  const codecs = await codecsOf(config);
  const log = openLog(config, null);
  try {
    await reachLog(log, rightsOf(config, actor));
    if ((await log.partitions(topics.indicators)) === 0) {
      throw new ConfigError(
        `Cannot read indicators: the topic must exist (corral topics create): missing is ${topics.indicators}`,
      );
    }
    return await work({ log, topic: topics.indicators, codec: codecs.indicator });
  } finally {
    await log.close();
  }
}
