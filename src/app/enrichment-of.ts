/**
 * The enrichment that a configuration asks for: the one place that builds the chain, for the enrich role and for embedded
 * use alike. What differs is who fills the tables: a role reads their topics (see enrichment-tables.ts); replay, the demo
 * and `rules explain` know what the configured files and the events themselves say.
 */
import type { Config } from "../config/settings.ts";
import { type EnrichmentChain, enrichmentChain } from "../enrichment/chain.ts";
import { cluster } from "../enrichment/cluster.ts";
import type { Enricher, TableName } from "../enrichment/enricher.ts";
import { alwaysCurrent, type Freshness } from "../enrichment/freshness.ts";
import { inventory } from "../enrichment/inventory.ts";
import { entityKey, recordKey } from "../enrichment/inventory-entry.ts";
import { InventoryTable } from "../enrichment/inventory-table.ts";
import { lifecycle } from "../enrichment/lifecycle.ts";
import { network } from "../enrichment/network.ts";
import { readInventoryFiles } from "../feeders/read-inventory-files.ts";

export type EnrichmentSettings = Pick<Config, "cluster" | "enrichers" | "inventory" | "network">;
type EnricherName = Config["enrichers"][number];

/** What enrichers know; one of each in a process. */
export interface Tables {
  readonly inventory: InventoryTable;
}

/** The tables that each enricher reads: only these topics must be there. */
const tablesRead: Readonly<Record<EnricherName, readonly TableName[]>> = {
  cluster: [],
  inventory: ["inventory"],
  lifecycle: ["inventory"],
  network: ["inventory"],
};

/** Each built by its name. A new enricher is added here, to `tablesRead`, and to the setting. */
const build: Readonly<
  Record<
    EnricherName,
    (
      settings: EnrichmentSettings,
      tables: Tables,
      fresh: (table: TableName) => () => Freshness,
    ) => Enricher | null
  >
> = {
  cluster: ({ cluster: name }) => (name === "" ? null : cluster(name)),
  inventory: (settings, { inventory: table }, fresh) =>
    inventory({ table, cluster: settings.cluster, freshness: fresh("inventory") }),
  lifecycle: (settings, { inventory: table }) => lifecycle({ table, cluster: settings.cluster }),
  network: (settings, { inventory: table }, fresh) =>
    network({ ...settings.network, table, cluster: settings.cluster, freshness: fresh("inventory") }),
};

/** `fresh` tells how far a table can be trusted. Throws ConfigError for settings of no use. */
export function enrichmentOf(
  settings: EnrichmentSettings,
  tables: Tables = tablesOf(settings),
  fresh: (table: TableName) => () => Freshness = () => alwaysCurrent,
): EnrichmentChain {
  const enrichers = settings.enrichers.map((name) => build[name](settings, tables, fresh));
  return enrichmentChain(enrichers.filter((enricher) => enricher !== null));
}

/** With what the configured files say. Throws ConfigError for files that cannot be read. */
export function tablesOf(settings: EnrichmentSettings): Tables {
  const table = new InventoryTable(settings.inventory);
  if (tablesOfEnrichers(settings.enrichers).includes("inventory")) {
    for (const entry of readInventoryFiles(settings.inventory.files, settings.cluster))
      table.take(recordKey(entry, entityKey(entry)!), entry);
  }
  return { inventory: table };
}

/** The tables that some enricher reads. */
export function tablesOfEnrichers(enrichers: Config["enrichers"]): readonly TableName[] {
  return [...new Set(enrichers.flatMap((name) => tablesRead[name]))];
}
