/** The outside world of a running role: the log, the state, the codecs and the clock, opened by configuration. */
import type { Clock } from "../clock.ts";
import { systemClock } from "../clock.ts";
import { type Codecs, openCodecs } from "../codec/open-codecs.ts";
import { readTls } from "../config/read-tls.ts";
import type { Config } from "../config/settings.ts";
import { topicName } from "../config/topic-name.ts";
import { RedisStore } from "../state/redis/redis-store.ts";
import type { StateStore } from "../state/store.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { KafkaLogLine } from "../transport/kafka/kafka-client-options.ts";
import { KafkaLog } from "../transport/kafka/kafka-log.ts";
import { partitionFor } from "../transport/kafka/partition-for.ts";
import type { Log, Partitioner } from "../transport/log.ts";

export interface Ports {
  readonly log: Log;
  readonly store: StateStore;
  readonly codecs: Codecs;
  readonly clock: Clock;
  readonly partitionFor: Partitioner;
}

export type TopicNames = Readonly<Record<keyof Config["topics"], string>>;

/** Topic names with the prefix. */
export function topicNames(config: Config): TopicNames {
  const names = (Object.keys(config.topics) as (keyof Config["topics"])[]).map((topic) => [
    topic,
    topicName(config, topic),
  ]);
  return Object.fromEntries(names) as TopicNames;
}

export function openLog(config: Config, logger: Logger | null): KafkaLog {
  const { brokers, client, clientId, tls, sasl } = config.kafka;
  return new KafkaLog({
    brokers,
    client,
    clientId,
    ...(tls.enabled ? { tls: readTls(tls) } : {}),
    ...(sasl.username === null
      ? {}
      : { login: { ...sasl, username: sasl.username, password: sasl.password ?? "" } }),
    clock: systemClock,
    ...(logger === null ? {} : { log: (line) => logger[quieter(line)](line.fields, line.message) }),
  });
}

/** The client calls every rebalance an error and every pause news; both are daily business here. */
function quieter({ level, fields, message }: KafkaLogLine): "debug" | "warn" | "error" {
  if (level === "info" || /rebalanc|generation id/i.test(`${message} ${fields.error}`)) return "debug";
  return level;
}

/** Throws ConfigError for a schema that the registry refuses, AccessRefused, TransientError when it does not answer. */
export function codecsOf(config: Config): Promise<Codecs> {
  const { url, username, password, token, tls } = config.registry;
  return openCodecs({
    registryUrl: url,
    registryAccess: { username, password, token, tls: readTls(tls) },
    subjects: topicNames(config),
  });
}

/** Throws ConfigError for settings of no use, TransientError when the registry does not answer. */
export async function openPorts(config: Config, logger: Logger): Promise<Ports> {
  const codecs = await codecsOf(config);
  return {
    log: openLog(config, logger),
    store: openStore(config),
    codecs,
    clock: systemClock,
    partitionFor,
  };
}

function openStore({ redis, prefix, topics }: Config): RedisStore {
  const { url, username, password, tls } = redis;
  return new RedisStore({
    url,
    username: username ?? undefined,
    password: password ?? undefined,
    tls: readTls(tls),
    prefix,
    topic: topics.enriched,
  });
}
