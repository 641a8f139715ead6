/** What enrichers know: one of each table in a process, and how the records of its topic get in and out of it. */
import type { Codec } from "../codec/codec.ts";
import type { Codecs } from "../codec/open-codecs.ts";
import type { Config } from "../config/settings.ts";
import type { TableChange, TableName } from "../enrichment/enricher.ts";
import type { Indicator } from "../enrichment/indicator.ts";
import { IndicatorTable } from "../enrichment/indicator-table.ts";
import { entityKey, type InventoryEntry, recordKey } from "../enrichment/inventory-entry.ts";
import { InventoryTable } from "../enrichment/inventory-table.ts";
import type { Session } from "../enrichment/session.ts";
import { SessionTable } from "../enrichment/session-table.ts";
import { readInventoryFiles } from "../feeders/read-inventory-files.ts";
import { allowListOf } from "./allow-list-of.ts";

export interface Tables {
  readonly inventory: InventoryTable;
  readonly sessions: SessionTable;
  readonly indicators: IndicatorTable;
}

export type TableSettings = Pick<Config, "cluster" | "inventory" | "identity" | "indicators">;

/**
 * With what the configured files say. `wanted`: the tables that somebody reads; others stay empty. Throws ConfigError for
 * files that cannot be read.
 */
export function tablesOf(settings: TableSettings, wanted: readonly TableName[]): Tables {
  const { cluster, inventory: inventorySettings, identity, indicators } = settings;
  const inventory = new InventoryTable(inventorySettings);
  if (wanted.includes("inventory")) {
    for (const entry of readInventoryFiles(inventorySettings.files, cluster))
      inventory.take(recordKey(entry, entityKey(entry)!), entry);
  }
  const allow = allowListOf(wanted.includes("indicators") ? indicators.allow : []);
  return {
    inventory,
    sessions: new SessionTable({
      maxDuration: identity.maxSessionMs,
      linger: identity.lingerMs,
      maxSessions: identity.maxSessions,
    }),
    indicators: new IndicatorTable({ allow, minConfidence: indicators.minConfidence }),
  };
}

/** One table, as its topic sees it. */
export interface TableTopic {
  size(): number;
  /** Takes a record up. Throws or rejects with InvalidMessage for one that cannot be read. */
  take(key: string, value: Buffer | null): void | Promise<void>;
  encode(value: NonNullable<TableChange["value"]>): Buffer;
  /** Keys of what is over at this time of the clock, to be taken out of the topic. */
  sweep(now: number): readonly string[];
}

type TableCodecs = Pick<Codecs, "inventory" | "session" | "indicator">;

export function tableTopics(
  { inventory, sessions, indicators }: Tables,
  codecs: TableCodecs,
): Readonly<Record<TableName, TableTopic>> {
  return {
    inventory: tableTopic<InventoryEntry>(
      codecs.inventory,
      (key, entry) => inventory.take(key, entry),
      () => inventory.size,
      (now) => inventory.sweep(now),
    ),
    sessions: tableTopic<Session>(
      codecs.session,
      (key, session) => sessions.take(key, session),
      () => sessions.size,
    ),
    indicators: tableTopic<Indicator>(
      codecs.indicator,
      (key, indicator) => indicators.take(key, indicator),
      () => indicators.size,
    ),
  };
}

function tableTopic<T>(
  codec: Codec<T>,
  take: (key: string, value: T | null) => void,
  size: () => number,
  sweep: TableTopic["sweep"] = () => [],
): TableTopic {
  return {
    size,
    sweep,
    encode: (value) => codec.encode(value as T),
    // Mostly at once: waiting for each of a million would cost more than reading it.
    take: (key, value) => {
      const decoded = value === null ? null : codec.decode(value);
      return decoded instanceof Promise ? decoded.then((each) => take(key, each)) : take(key, decoded);
    },
  };
}
