/**
 * Every metric of Corral, defined here and nowhere else. Names follow Prometheus: base units, `_total` on counters.
 * Labels take values from small sets only (partitions, rules, our own words), never text from an event.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { version } from "../version.ts";

export type Metrics = ReturnType<typeof createMetrics>;

export interface MetricsOptions {
  /** Adds `process_*` and `nodejs_*` under their usual names. They cost timers, so tests leave them off. */
  readonly runtime?: boolean;
}

/** All metrics on a registry of their own, so that one process can hold several engines. */
export function createMetrics({ runtime = false }: MetricsOptions = {}) {
  const registry = new Registry();
  if (runtime) collectDefaultMetrics({ register: registry });

  const counter = <const L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Counter<L>({ name: `corral_${name}`, help, labelNames, registers: [registry] });
  const gauge = <const L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Gauge<L>({ name: `corral_${name}`, help, labelNames, registers: [registry] });
  const seconds = <const L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Histogram<L>({
      name: `corral_${name}`,
      help,
      labelNames,
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
      registers: [registry],
    });

  gauge("build_info", "1, labelled with the version that runs.", "version").set({ version }, 1);

  return Object.freeze({
    registry,

    // The way of a record
    recordsRead: counter("records_read_total", "Records fetched from the log.", "role", "partition"),
    recordsProcessed: counter(
      "records_processed_total",
      "Records done with, their effects acknowledged.",
      "role",
      "partition",
    ),
    batches: counter("batches_total", "Batches done with.", "role"),
    consumerLag: gauge(
      "consumer_lag_records",
      "Records between what was processed and the end of the partition.",
      "topic",
      "partition",
    ),
    deadLetters: counter(
      "dead_letters_total",
      "Records set aside that can never be processed.",
      "stage",
      "reason",
    ),
    deadLettersSuppressed: counter(
      "dead_letters_suppressed_total",
      "Records of that kind which were not even written, being too many.",
      "stage",
    ),
    rebalances: counter("rebalances_total", "Assignments received from the consumer group.", "role"),
    retries: counter("retries_total", "Attempts repeated because a service did not answer.", "operation"),

    // Enrichment and routing
    sourceEvents: counter("source_events_total", "Events read, by the producer they came from.", "source"),
    forwarded: counter(
      "forwarded_total",
      "Records written to the enriched topic (primary, copy, control, chain).",
      "kind",
    ),
    tableEntries: gauge("table_entries", "Entries of a table of enrichment in memory.", "table"),
    tableAge: gauge("table_age_seconds", "Time since a table of enrichment was read to its end.", "table"),
    tableChanges: counter("table_changes_total", "Entries written to a table because of events.", "table"),
    unroutable: counter("unroutable_events_total", "Events that no rule can use."),

    // Time
    watermarkDelay: gauge(
      "watermark_delay_seconds",
      "Wall time less the partition's watermark.",
      "partition",
    ),
    lateEvents: counter("late_events_total", "Events behind the watermark when they arrived.", "partition"),

    // Correlation
    duplicates: counter("transport_duplicates_total", "Enriched records that were taken up before."),
    groupsShed: counter(
      "groups_shed_total",
      "Groups given up since their rule had more than its share of state.max_groups.",
      "rule",
    ),
    alertsMuted: counter(
      "alerts_muted_total",
      "Alerts that were counted and not written, beyond alerts.max_per_minute.",
      "rule",
    ),
    judgedEvents: counter("judged_events_total", "Events judged by at least one rule.", "partition"),
    openCorrelations: gauge("open_correlations", "Episodes that are open.", "partition"),
    liveGroups: gauge("live_groups", "Groups with a window in the state.", "partition"),
    alerts: counter(
      "alerts_total",
      "Alert records emitted; of a rule in shadow mode as `<id>@shadow`.",
      "rule",
      "status",
    ),
    actions: counter("actions_total", "Actions planned.", "type", "mode"),
    /** On a new rule set `reset()` first: the old version would stay. */
    rulesLoaded: gauge("rules_loaded", "Rules loaded, labelled with the version of their set.", "version"),
    rulesRefused: counter("rules_refused_total", "Changed rules refused, the last good ones kept."),

    // State
    stateCacheBytes: gauge("state_cache_bytes", "Approximate bytes of windows cached in this process."),
    applyDuration: seconds("state_apply_duration_seconds", "Time of one apply in the state store."),
    applyRefused: counter(
      "state_apply_refused_total",
      "Applies refused: FENCED by a newer owner, or CONFLICT of offsets.",
      "code",
    ),
    outboxDepth: gauge("outbox_records", "Alerts and actions not yet acknowledged by the log.", "partition"),

    // Services
    redisUp: gauge("redis_up", "1 while Redis answers."),
    kafkaUp: gauge("kafka_up", "1 while Kafka answers."),
  });
}
