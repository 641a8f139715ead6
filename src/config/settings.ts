/**
 * Every setting of Corral, once. Parsing, `corral config show`, the table of the manual and the JSON Schema of the
 * file all come from this tree; its keys make the names (see setting.ts).
 */
import { z } from "zod";
import { feeds } from "./feed-settings.ts";
import { derivedSetting, type NamedSetting, nameSettings, setting, type ValuesOf } from "./setting.ts";
import * as type from "./setting-types.ts";
import { tlsSettings } from "./tls-settings.ts";

const topicPattern = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/;
const topic = type.text(topicPattern, "a Kafka topic name: at most 249 of A–Z a–z 0–9 . _ -");
const group = type.text(/^\S{1,200}$/, "a name of 1 to 200 characters without blanks");
/** Ports end at 65535. Beyond, the Kafka client dies of it when it connects. */
const brokers = type.textList(
  /^(\[[0-9A-Fa-f:.]+\]|[^\s:,/[\]]+):([1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])$/,
  "one or more host:port, comma-separated in text",
);

/** Kafka clients beat three to ten times within a session; above three seconds a rebalance is noticed too slowly. */
const heartbeat = {
  text: "a tenth of `session_timeout`, 250ms to 3s",
  derive: (value: (path: string) => unknown) =>
    Math.min(3_000, Math.max(250, Math.floor((value("session_timeout") as number) / 10))),
};

const addressRanges = type.optionalTextList(
  /^[0-9A-Fa-f:.]+\/\d{1,3}$/,
  "CIDR ranges such as 10.0.0.0/8, comma-separated in text",
);
/** RFC 1918, shared addresses of RFC 6598, loopback, link-local, unique local addresses. */
const internalRanges = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "::1/128",
  "fc00::/7",
  "fe80::/10",
];

const businessHours = {
  days: ["mon", "tue", "wed", "thu", "fri"],
  from: "09:00",
  to: "17:00",
  timezone: "UTC",
};
/** What a pattern may say is the rules' business: they check it when a rule uses it. */
const calendar = type.namedMap(
  z.record(z.string(), z.unknown()),
  "a map from names to time patterns",
  (patterns) => ({ business_hours: businessHours, ...patterns }),
);
const lists = type.namedMap<readonly string[]>(
  z.array(z.string()),
  "a map from names to lists of text (numbers in quotes)",
);

export const settings = {
  kafka: {
    brokers: setting(brokers, ["localhost:9092"], "Kafka brokers to start from."),
    client: setting(
      type.choice("kafkajs", "platformatic"),
      "kafkajs",
      "The library that sends and reads records; either can replace the other while replicas run.",
    ),
    clientId: setting(group, "corral", "Name that Kafka's logs and quotas know this process by."),
    tls: {
      enabled: setting(type.boolean(), false, "Whether to speak TLS with Kafka."),
      ...tlsSettings("Kafka"),
    },
    sasl: {
      mechanism: setting(
        type.choice("SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"),
        "SCRAM-SHA-512",
        "How the password is proved to Kafka.",
      ),
      username: setting(type.optionalText(), null, "The user to log in to Kafka as; unset: no login."),
      password: setting(type.optionalText(), null, "The user's password.", { secret: true, noFlag: true }),
    },
  },
  redis: {
    url: setting(
      type.url("redis", "rediss"),
      "redis://localhost:6379",
      "The Redis that keeps the state; rediss:// for TLS.",
      { secret: true },
    ),
    username: setting(
      type.optionalText(),
      null,
      "The ACL user to log in to Redis as, whatever the URL says.",
    ),
    password: setting(type.optionalText(), null, "The user's password, whatever the URL says.", {
      secret: true,
      noFlag: true,
    }),
    tls: tlsSettings("Redis"),
  },
  registry: {
    url: setting(
      type.optionalUrl("http", "https"),
      null,
      "Schema registry; unset: our own topics carry JSON.",
      { secret: true },
    ),
    username: setting(
      type.optionalText(),
      null,
      "The user to log in to the registry as, whatever the URL says.",
    ),
    password: setting(type.optionalText(), null, "The user's password.", { secret: true, noFlag: true }),
    token: setting(type.optionalText(), null, "A bearer token for the registry, in place of a user.", {
      secret: true,
      noFlag: true,
    }),
    tls: tlsSettings("the registry"),
  },
  role: setting(
    type.choices("enrich", "correlate"),
    ["enrich", "correlate"],
    "What this process does; one process may do several.",
  ),
  rules: setting(
    type.textList(/\S/, "one or more paths, comma-separated in text"),
    ["rules"],
    "Rule files and folders.",
  ),
  rulesTopic: setting(
    type.boolean(),
    false,
    "Whether `corral run` takes its rules from the topic `rules`, which `corral rules push` fills, and reads no rule files.",
  ),
  rulesReloadMs: setting(
    type.durationOrOff("50ms", "1d"),
    "2s",
    "How often a running process looks for changed rules; `off`: they are read at start only.",
  ),
  mappings: setting(
    type.optionalTextList(/\S/, "paths, comma-separated in text"),
    [],
    "Mapping files and folders beside those that ship: what producers' events are called, and shapes of one's own.",
  ),
  cluster: setting(
    type.text(/^[^\s/]{0,200}$/, "empty or a name without blanks and slashes"),
    "",
    "Name of the cluster that events come from, where they do not say; keeps clusters' namespaces apart.",
  ),
  enrichers: setting(
    // Each is a file of that name in src/enrichment; the order is that in which they see an event.
    type.optionalChoices(
      "cluster",
      "inventory",
      "lifecycle",
      "network",
      "indicators",
      "identity",
      "calendar",
    ),
    ["cluster", "inventory", "lifecycle", "network", "indicators", "identity", "calendar"],
    "What adds context to events, in this order; what is left out adds nothing.",
  ),
  inventory: {
    ttlMs: setting(
      type.duration("0s", "30d"),
      "15m",
      "How long what is known of a container outlives it, since events come late.",
    ),
    forgetMs: setting(
      type.duration("1m", "365d"),
      "24h",
      "When what only events taught goes, if no event names it again.",
    ),
    maxEntries: setting(
      type.integer(100, 100_000_000),
      500_000,
      "Containers, pods, services and nodes kept in memory; above, the least recently used goes.",
    ),
    files: setting(
      type.optionalTextList(/\S/, "paths, comma-separated in text"),
      [],
      "Files with entries of the inventory (NDJSON or YAML), for replay without a topic and beside it.",
    ),
  },
  network: {
    internal: setting(
      addressRanges,
      internalRanges,
      "What is internal, besides the addresses that the inventory knows.",
    ),
  },
  tables: {
    followMs: setting(
      type.duration("50ms", "10m"),
      "1s",
      "How often the tables of enrichment look for new records.",
    ),
    staleMs: setting(
      type.duration("1s", "1d"),
      "1m",
      "When a table that cannot be read on is called stale in what it adds.",
    ),
  },
  http: {
    host: setting(
      type.text(/^\S+$/, "an address or host name"),
      "0.0.0.0",
      "Address for health and metrics.",
    ),
    port: setting(type.integer(0, 65_535), 8080, "Port for health and metrics; 0: any free one."),
  },
  prefix: setting(
    type.text(/^[A-Za-z0-9._-]{0,100}$/, "empty or at most 100 of A–Z a–z 0–9 . _ -"),
    "",
    "Put before topic names, group ids and Redis keys, so that installations can share servers.",
  ),
  topics: {
    raw: setting(topic, "events.raw", "What producers write."),
    enriched: setting(topic, "events.enriched", "Events with context, keyed for correlation."),
    alerts: setting(topic, "alerts", "Alerts."),
    actions: setting(topic, "actions", "Response actions."),
    indicators: setting(
      topic,
      "indicators",
      "What feeds say of domains, addresses, URLs and files; compacted.",
    ),
    deadLetter: setting(topic, "events.dead-letter", "Records that can never be processed, with the reason."),
    rules: setting(topic, "rules", "The live rules, where they come from a topic."),
    inventory: setting(topic, "inventory", "Table of containers, pods, services and nodes (compacted)."),
    sessions: setting(topic, "sessions", "Table of sessions of people in containers (compacted)."),
  },
  groups: {
    enrich: setting(group, "corral-enrich", "Consumer group of the enrichers."),
    correlate: setting(group, "corral-correlate", "Consumer group of the correlators."),
  },
  allowedLatenessMs: setting(
    type.duration("0s", "7d"),
    "60s",
    "How far behind the newest event an event may be and still count everywhere.",
  ),
  idleTimeoutMs: setting(
    type.durationOrOff("1s", "1d"),
    "30s",
    "Quiet time after which a partition at its end follows the clock; `off`: only events move time.",
  ),
  maxHoldbackMs: setting(
    type.duration("1s", "7d"),
    "10m",
    "How far a raw partition at its end may hold the watermark behind its newest broker time (one slow clock must not stop detection).",
  ),
  maxSkewMs: setting(
    type.duration("0s", "1d"),
    "30s",
    "Event time by which one raw partition may run ahead of the slowest before it pauses.",
  ),
  sessionTimeoutMs: setting(
    type.duration("1s", "30m"),
    "30s",
    "Silence after which Kafka gives a replica's partitions to others.",
  ),
  heartbeatIntervalMs: derivedSetting(
    type.duration("100ms", "10m"),
    heartbeat,
    "Time between signs of life to Kafka; at most a third of `session_timeout`.",
  ),
  commitIntervalMs: setting(
    type.duration("50ms", "1m"),
    "1s",
    "Time between commits to Kafka and between watermark records.",
  ),
  enriched: {
    forward: setting(
      type.choice("all", "matched"),
      "all",
      "Whether events that no rule can use are written to the enriched topic too.",
    ),
  },
  state: {
    maxEvents: setting(
      type.integer(1, 100_000),
      1_000,
      "Events that one group of one rule keeps since the watermark.",
    ),
    maxGroups: setting(
      type.integer(1, 1_000_000_000),
      1_000_000,
      "Live groups of one rule; each partition of the enriched topic has its share. Beyond it groups are given up, and an alert says so.",
    ),
    cacheEntries: setting(
      type.integer(0, 100_000_000),
      200_000,
      "Window entries that a process keeps in memory, over all its partitions.",
    ),
  },
  alerts: {
    updateIntervalMs: setting(
      type.duration("1s", "1d"),
      "1m",
      "Event time between two updates of one open alert.",
    ),
    evidence: setting(type.integer(0, 1_000), 50, "Events listed as evidence in one alert."),
    maxPerMinute: setting(
      type.integer(1, 1_000_000_000),
      1_000,
      "Alerts that one rule opens in a minute of event time, in each partition; the others are counted, and an alert says how many.",
    ),
  },
  actions: {
    mode: setting(
      type.choice("dry_run", "enforce"),
      "dry_run",
      "Whether responders are asked to act or only told what they would do.",
    ),
    ttlMs: setting(
      type.duration("1s", "7d"),
      "15m",
      "Time after which an action must no longer be carried out.",
    ),
  },
  indicators: {
    feeds: setting(
      feeds,
      [],
      "Feeds of threat intelligence that `corral indicators sync` reads (docs/indicators.md).",
      { yamlOnly: true },
    ),
    allow: setting(
      type.optionalTextList(/\S/, "domains, addresses, networks and file:PATH, comma-separated in text"),
      [],
      "What is never flagged, whatever feeds say: domains with all below them, addresses, networks, files of such.",
    ),
    minConfidence: setting(type.integer(0, 100), 50, "Indicators of less confidence are not looked up."),
  },
  identity: {
    maxSessionMs: setting(
      type.duration("1m", "7d"),
      "1h",
      "How long a session of a person in a container is believed to last while its end is not known.",
    ),
    lingerMs: setting(
      type.duration("0s", "1h"),
      "5s",
      "How long after the end of a session processes are still taken for its: clocks differ.",
    ),
    maxSessions: setting(
      type.integer(1, 10_000_000),
      100_000,
      "Sessions kept in memory; the oldest go first.",
    ),
  },
  calendars: setting(
    type.namedMap<string>(
      z.string(),
      "a map from namespaces, or namespace/workload, to names of time patterns",
    ),
    {},
    "Whose business hours hold where, for `enrichment.calendar`; everywhere else it is `business_hours`.",
    { yamlOnly: true },
  ),
  deadLetters: {
    perMinute: setting(
      type.integer(1, 1_000_000),
      10_000,
      "Dead letters that a role of a process writes in a minute; of more only the number is known, and an alert tells.",
    ),
  },
  silenceTimeoutMs: setting(
    type.durationOrOff("10s", "30d"),
    "1h",
    "Time without any raw record, or any watermark, after which readiness fails and an alert tells; `off`: never.",
  ),
  shutdownTimeoutMs: setting(
    type.duration("1s", "10m"),
    "25s",
    "Time to finish on SIGTERM; 3 s later the process is ended by force. Keep both below the orchestrator's grace period.",
  ),
  batch: {
    // 5,000 keeps an apply below the 7,999 values that Redis's Lua can unpack, and below about 40 ms of Redis's time.
    maxRecords: setting(type.integer(1, 5_000), 500, "Records taken up and applied together."),
  },
  log: {
    level: setting(
      type.choice("trace", "debug", "info", "warn", "error", "fatal", "silent"),
      "info",
      "Least level that is logged.",
    ),
  },
  calendar: setting(
    calendar,
    {},
    "Named time patterns for rules; `business_hours` is Mon–Fri 09:00–17:00 UTC unless given.",
    { yamlOnly: true },
  ),
  lists: setting(lists, {}, "Named lists of text for rules.", { yamlOnly: true }),
} as const;

/** The effective settings: frozen, durations in milliseconds, names without `prefix`. */
export type Config = ValuesOf<typeof settings>;
export type Role = Config["role"][number];

export const settingList: readonly NamedSetting[] = nameSettings(settings);
