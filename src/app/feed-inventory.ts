/** Runs a feeder of the inventory: its entries go to the topic `inventory`, events of containers' lives to the raw topic. */
import type { Config } from "../config/settings.ts";
import type { InventoryEntry } from "../enrichment/inventory-entry.ts";
import { ConfigError, InvalidMessage, messageOf } from "../errors.ts";
import type { Feeder } from "../feeders/feeder.ts";
import { type EntryRecord, InventoryFeed, type NativeEvent } from "../feeders/inventory-feed.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Producer } from "../transport/log.ts";
import { FollowTable } from "./follow-table.ts";
import { type Ports, topicNames } from "./ports.ts";

export interface FeedOptions {
  readonly config: Config;
  readonly ports: Pick<Ports, "log" | "codecs" | "clock">;
  readonly logger: Logger;
  /** Ends it when aborted. */
  readonly signal: AbortSignal;
  /** The feeder's name. */
  readonly source: string;
  readonly feeder: Feeder;
  readonly once: boolean;
  /** Whether starts and stops of containers are written as events. */
  readonly events: boolean;
}

const closeMs = 5_000;

/** Resolves to the number of entries, when stopped or, with `once`, done. Throws ConfigError, TransientError. */
export async function feedInventory(options: FeedOptions): Promise<number> {
  const { config, ports, logger, signal, source, feeder, once, events } = options;
  const { log, clock } = ports;
  const topics = topicNames(config);
  await demandTopic(options);
  const producer = log.producer();
  const feed = new InventoryFeed({
    source,
    cluster: config.cluster,
    ttlMs: config.inventory.ttlMs,
    clock,
    write: (records) => writeAll(producer, records, options),
    tell: events ? (told) => producer.send(told.map((event) => native(event, topics.raw))) : null,
  });
  try {
    await recall(feed, options);
    await feeder({
      feed,
      cluster: config.cluster,
      clock,
      signal,
      once,
      listed: () => logger.info({ entries: feed.size }, "listed"),
      failed: (error, delay_ms) => logger.warn({ reason: messageOf(error), delay_ms }, "asked again later"),
    });
    await feed.flush();
    return feed.size;
  } finally {
    await producer.close(closeMs);
  }
}

/** Writes entries as they are, without asking what was there. Throws ConfigError, TransientError. */
export async function writeEntries(
  entries: readonly EntryRecord[],
  options: Pick<FeedOptions, "config" | "ports">,
): Promise<void> {
  await demandTopic(options);
  const producer = options.ports.log.producer();
  try {
    await producer.send(entries.map((record) => outgoing(record, options)));
  } finally {
    await producer.close(closeMs);
  }
}

async function demandTopic({ config, ports }: Pick<FeedOptions, "config" | "ports">): Promise<void> {
  const { inventory } = topicNames(config);
  if ((await ports.log.partitions(inventory)) > 0) return;
  throw new ConfigError(
    `Cannot feed the inventory: the topics must exist (corral topics create): missing is ${inventory}`,
  );
}

/** Where the log refuses one of them, one after the other: the others must not wait for it. */
async function writeAll(
  producer: Producer,
  records: readonly EntryRecord[],
  options: FeedOptions,
): Promise<void> {
  const all = records.map((record) => outgoing(record, options));
  try {
    await producer.send(all);
  } catch (error) {
    if (!(error instanceof InvalidMessage)) throw error;
    for (const each of all) {
      await producer.send([each]).catch((refused: unknown) => {
        if (!(refused instanceof InvalidMessage)) throw refused;
        options.logger.warn({ key: each.key, reason: refused.message }, "entry of the inventory not written");
      });
    }
  }
}

/** What this feeder wrote before. */
async function recall(feed: InventoryFeed, { config, ports, logger }: FeedOptions): Promise<void> {
  const { log, clock, codecs } = ports;
  const table = new FollowTable({
    log,
    topic: topicNames(config).inventory,
    clock,
    everyMs: config.tables.followMs,
    take: async (key, value) => {
      const entry: InventoryEntry | null = value === null ? null : await codecs.inventory.decode(value);
      feed.recall(key, entry);
    },
    observe: {
      progress: () => {},
      refused: (place, reason) => logger.warn({ place, reason }, "entry of the inventory not read"),
      away: () => {},
    },
  });
  await table.load();
}

function outgoing({ key, entry }: EntryRecord, { config, ports }: Pick<FeedOptions, "config" | "ports">) {
  const value = entry === null ? null : ports.codecs.inventory.encode(entry);
  return { topic: topicNames(config).inventory, key, value };
}

/** Keyed by container, so that its events keep their order. */
function native(event: NativeEvent, topic: string) {
  return { topic, key: event.container_id, value: Buffer.from(JSON.stringify(event)) };
}
