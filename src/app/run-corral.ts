/** `corral run`: checks the surroundings, starts the roles and the HTTP server, and ends them when told to. */

import type { EngineFinding } from "../alerts/engine-alert.ts";
import type { Config } from "../config/settings.ts";
import { ConfigError, messageOf, TransientError } from "../errors.ts";
import { HttpServer } from "../telemetry/http-server.ts";
import type { Logger } from "../telemetry/logger.ts";
import { createMetrics, type Metrics } from "../telemetry/metrics.ts";
import type { Check } from "../telemetry/readiness.ts";
import { clearTextLogins } from "./clear-text-logins.ts";
import { correlateRole } from "./correlate-role.ts";
import { enrichRole } from "./enrich-role.ts";
import { findingRecord } from "./finding-record.ts";
import { LiveRules } from "./live-rules.ts";
import { openPorts, type Ports, topicNames } from "./ports.ts";
import { reachLog } from "./reach-log.ts";
import { rightsOf } from "./rights.ts";
import type { Role } from "./role.ts";
import { fileSource, type RuleSource } from "./rule-source.ts";
import { RulesTopic } from "./rules-topic.ts";
import { SilenceWatch } from "./silence-watch.ts";
import { topicSource } from "./topic-source.ts";

export interface RunOptions {
  readonly config: Config;
  readonly logger: Logger;
  /** Ends the run when aborted. */
  readonly signal: AbortSignal;
  /** Ports opened elsewhere, for tests; default: by configuration. */
  readonly ports?: Ports;
  /** Called once with the port that HTTP listens on. */
  readonly onListening?: (port: number) => void;
}

const readyPollMs = 50;

/** Resolves when everything has ended. Throws ConfigError, RuleError, TransientError when it cannot start. */
export async function runCorral(options: RunOptions): Promise<void> {
  const { config, logger, signal } = options;
  const metrics = createMetrics({ runtime: true });
  const open = (source: RuleSource) => LiveRules.open({ source, settings: config, metrics, logger });
  // Faults of files are told before anything is asked of anybody.
  const ofFiles = config.rulesTopic ? null : await open(fileSource(config.rules));
  for (const warning of clearTextLogins(config)) logger.warn(warning);
  const ports = options.ports ?? (await openPorts(config, logger));
  try {
    const enrichedPartitions = await checkSurroundings(config, ports, logger);
    const live = ofFiles ?? (await open(topicSource(rulesTopic(config, ports), ports.clock)));
    const rules = () => live.current;
    const shared = { config, ports, rules, metrics, logger, enrichedPartitions };
    const roles = config.role.map((role) => (role === "enrich" ? enrichRole(shared) : correlateRole(shared)));
    const silence = silenceWatch(config, ports);
    const http = new HttpServer({
      host: config.http.host,
      port: config.http.port,
      registry: metrics.registry,
      checks: {
        ...readinessChecks(ports, roles, live, metrics),
        ...(silence === null ? {} : { silence: async () => silence.check() }),
      },
    });
    try {
      const port = await http.start();
      options.onListening?.(port);
      const { rules: loaded, version } = live.current;
      logger.info({ port, rules: loaded.length, rules_version: version }, "starting");
      if (config.rulesReloadMs !== null) live.start(ports.clock, config.rulesReloadMs);
      silence?.start();
      // Tables may take minutes to load; being told to stop ends that too.
      await Promise.race([Promise.all(roles.map((role) => role.start())), aborted(signal)]);
      await announceReady(roles, ports, logger, signal);
      await aborted(signal);
      logger.info("stopping");
      void live.stop();
      await Promise.all(roles.map((role) => role.stop(config.shutdownTimeoutMs)));
    } finally {
      silence?.stop();
      await live.stop();
      await http.stop();
    }
  } finally {
    await ports.store.close();
    await ports.log.close();
  }
  logger.info("stopped");
}

function silenceWatch(config: Config, ports: Ports): SilenceWatch | null {
  if (config.silenceTimeoutMs === null) return null;
  const topics = topicNames(config);
  const { log, clock, codecs } = ports;
  const report = async (finding: EngineFinding): Promise<void> => {
    const producer = log.producer();
    try {
      await producer.send([findingRecord(finding, topics.alerts, codecs.alert.encode)]);
    } finally {
      await producer.close();
    }
  };
  return new SilenceWatch({ log, clock, topics, timeoutMs: config.silenceTimeoutMs, report });
}

function rulesTopic(config: Config, { log, codecs }: Ports): RulesTopic {
  return new RulesTopic({ log, topic: topicNames(config).rules, decode: codecs.rule.decode });
}

/** The number of partitions that the enriched topic's keys are spread over. */
async function checkSurroundings(config: Config, ports: Ports, logger: Logger): Promise<number> {
  const rights = config.role.flatMap((role) => rightsOf(config, role));
  await reachLog(ports.log, rights);
  const topics = topicNames(config);
  const partitions = await partitionsOf(ports, [
    topics.enriched,
    ...rights.filter(({ resource }) => resource === "Topic").map(({ name }) => name),
  ]);
  const missing = [...partitions].filter(([, count]) => count === 0).map(([topic]) => topic);
  if (missing.length > 0) {
    throw new ConfigError(
      `Cannot run: the topics must exist (corral topics create): missing are ${missing.join(", ")}`,
    );
  }
  const findings = await ports.store.check();
  for (const { message } of findings.filter(({ level }) => level === "warning")) logger.warn(message);
  const errors = findings.filter(({ level }) => level === "error").map(({ message }) => message);
  if (errors.length > 0) throw new ConfigError(errors.join("\n"));

  const live = partitions.get(topics.enriched)!;
  const recorded = await ports.store.recordOnce("enriched-partitions", live);
  if (recorded > live) {
    throw new ConfigError(
      `Cannot run: ${topics.enriched} must have the ${recorded} partitions it was first used with: current value is ${live}`,
    );
  }
  if (recorded < live) {
    logger.warn(
      { recorded, live },
      "partitions were added to the enriched topic; they stay empty until a migration",
    );
  }
  return recorded;
}

async function partitionsOf(
  { log }: Pick<Ports, "log">,
  topics: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const topic of new Set(topics)) counts.set(topic, await log.partitions(topic));
  return counts;
}

function readinessChecks(
  ports: Ports,
  roles: readonly Role[],
  live: LiveRules,
  metrics: Metrics,
): Readonly<Record<string, Check>> {
  return {
    kafka: attempt(
      async () => {
        await ports.log.ping(800);
        return "a broker answers";
      },
      (up) => metrics.kafkaUp.set(up ? 1 : 0),
    ),
    group: async () => {
      const waiting = roles.filter((role) => !role.ready()).map(waitingFor);
      const owned = roles.map((role) => `${role.name}: partitions ${role.partitions().join(", ") || "none"}`);
      return waiting.length === 0
        ? { ok: true, detail: owned.join("; ") }
        : { ok: false, detail: waiting.join("; ") };
    },
    // A table that cannot be read delays nothing, so it is told and makes nothing unready.
    tables: async () => ({
      ok: true,
      detail: roles.flatMap((role) => role.tables?.() ?? []).join("; ") || "none needed",
    }),
    redis: attempt(
      async () => {
        const errors = (await ports.store.check()).filter(({ level }) => level === "error");
        if (errors.length > 0) throw new TransientError(errors.map(({ message }) => message).join("; "));
        return "answers and can be trusted with state";
      },
      (up) => metrics.redisUp.set(up ? 1 : 0),
    ),
    registry: attempt(async () => {
      await ports.codecs.check();
      return ports.codecs.registry === "none" ? "none configured: JSON" : "answers";
    }),
    rules: async () => {
      const { rules, version } = live.current;
      const refused = live.refused
        ? "; they have changed and are refused, the last good ones stay in force"
        : "";
      return { ok: true, detail: `${rules.length} loaded, version ${version}${refused}` };
    },
  };
}

function waitingFor(role: Role): string {
  const tables = role.tables?.() ?? "";
  return tables.includes("loading")
    ? `${role.name} ${tables}`
    : `${role.name} not joined or still taking over`;
}

function attempt(work: () => Promise<string>, note: (up: boolean) => void = () => {}): Check {
  return async () => {
    try {
      const detail = await work();
      note(true);
      return { ok: true, detail };
    } catch (error) {
      note(false);
      return { ok: false, detail: messageOf(error) };
    }
  };
}

/** One line with the word `ready`, once every role has joined its group and taken its partitions over. */
async function announceReady(
  roles: readonly Role[],
  ports: Ports,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted && !roles.every((role) => role.ready()))
    await ports.clock.sleep(readyPollMs, signal);
  if (signal.aborted) return;
  const partitions = Object.fromEntries(roles.map((role) => [role.name, role.partitions()]));
  logger.info({ partitions }, "ready");
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
