/**
 * The tables of the enrich role: read from their topics to the end before the first event, then followed; what events
 * taught goes back to the topics. A log that does not answer delays nothing: the tables then say `loading`, and are read
 * on as soon as it answers.
 */
import type { Config } from "../config/settings.ts";
import type { TableChange, TableName } from "../enrichment/enricher.ts";
import type { Freshness } from "../enrichment/freshness.ts";
import { messageOf } from "../errors.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { OutgoingRecord, Producer } from "../transport/log.ts";
import { tablesOfEnrichers } from "./enrichment-of.ts";
import { FollowTable } from "./follow-table.ts";
import { type Ports, topicNames } from "./ports.ts";
import { type Tables, type TableTopic, tablesOf, tableTopics } from "./tables.ts";

export interface EnrichmentTablesOptions {
  readonly config: Config;
  readonly ports: Pick<Ports, "log" | "codecs" | "clock">;
  readonly producer: Producer;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** How often progress of the first reading is told, milliseconds. */
const progressEveryMs = 3_000;
const sweepEveryMs = 60_000;

interface Followed {
  readonly name: TableName;
  readonly table: FollowTable;
  read: number;
  total: number;
}

export class EnrichmentTables {
  readonly tables: Tables;
  readonly #options: EnrichmentTablesOptions;
  readonly #topics: Readonly<Record<TableName, TableTopic>>;
  readonly #followed: readonly Followed[];
  #stopped = false;
  #stopSweeping: () => void = () => {};

  /** Throws ConfigError for files that cannot be read. */
  constructor(options: EnrichmentTablesOptions) {
    this.#options = options;
    const wanted = tablesOfEnrichers(options.config.enrichers);
    this.tables = tablesOf(options.config, wanted);
    this.#topics = tableTopics(this.tables, options.ports.codecs);
    this.#followed = wanted.map((name) => this.#follow(name));
  }

  /** Reads every table to its end. Never rejects. */
  async load(): Promise<void> {
    const { logger, clock } = { ...this.#options, ...this.#options.ports };
    await Promise.all(
      this.#followed.map(async ({ name, table }) => {
        const begun = clock.monotonic();
        try {
          await table.load();
          const ms = Math.round(clock.monotonic() - begun);
          logger.info({ table: name, entries: this.#topics[name].size(), ms }, "table loaded");
        } catch (error) {
          logger.warn({ table: name, reason: messageOf(error) }, "table not read; going on without it");
        }
      }),
    );
  }

  /** Goes on reading, and lets go what is over, until `stop`. */
  follow(): void {
    if (this.#stopped) return;
    for (const { table } of this.#followed) table.follow();
    this.#stopSweeping = this.#options.ports.clock.every(sweepEveryMs, () => void this.#sweep());
  }

  stop(): void {
    this.#stopped = true;
    for (const { table } of this.#followed) table.stop();
    this.#stopSweeping();
  }

  /** How far a table can be trusted. */
  fresh(name: TableName): () => Freshness {
    const followed = this.#followed.find((each) => each.name === name);
    const { staleMs } = this.#options.config.tables;
    if (followed === undefined) return () => "current";
    const { table } = followed;
    return () => (!table.loaded ? "loading" : table.age > staleMs ? "stale" : "current");
  }

  /** For people: `loading inventory 12000/50000`, `inventory: 50000 entries`. */
  detail(): string {
    const lines = this.#followed.map(({ name, table, read, total }) =>
      !table.loaded
        ? `loading ${name} ${read}/${total}`
        : `${name}: ${this.#topics[name].size()} entries${this.fresh(name)() === "stale" ? ", stale" : ""}`,
    );
    return lines.join("; ") || "none needed";
  }

  /** The record of a change, for the table's topic. */
  recordOf({ table, key, value }: TableChange): OutgoingRecord {
    const topic = topicNames(this.#options.config)[table];
    this.#options.metrics.tableChanges.inc({ table });
    return { topic, key, value: value === null ? null : this.#topics[table].encode(value) };
  }

  #follow(name: TableName): Followed {
    const { config, ports, logger } = this.#options;
    let told = ports.clock.monotonic();
    const table = new FollowTable({
      log: ports.log,
      topic: topicNames(config)[name],
      clock: ports.clock,
      everyMs: config.tables.followMs,
      take: (key, value) => this.#topics[name].take(key, value),
      observe: {
        progress: (read, total) => {
          Object.assign(followed, { read, total });
          if (ports.clock.monotonic() - told < progressEveryMs) return;
          told = ports.clock.monotonic();
          logger.info({ table: name, read, total }, "loading table");
        },
        refused: (place, reason) => logger.warn({ table: name, place, reason }, "entry of a table not read"),
        away: (reason) => logger.warn({ table: name, reason }, "table cannot be read on"),
      },
    });
    const followed: Followed = { name, table, read: 0, total: 0 };
    return followed;
  }

  async #sweep(): Promise<void> {
    const { ports, producer, metrics, logger } = this.#options;
    for (const { name, table } of this.#followed) {
      metrics.tableEntries.set({ table: name }, this.#topics[name].size());
      if (table.loaded) metrics.tableAge.set({ table: name }, table.age / 1_000);
    }
    const changes = this.#followed.flatMap(({ name }) =>
      this.#topics[name]
        .sweep(ports.clock.now())
        .map((key) => this.recordOf({ table: name, key, value: null })),
    );
    if (changes.length === 0 || this.#stopped) return;
    await producer.send(changes).catch((error: unknown) => {
      logger.debug({ reason: messageOf(error) }, "entries that are over not taken out of their topic");
    });
  }
}
