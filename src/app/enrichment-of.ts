/**
 * The enrichment that a configuration asks for: the same for the enrich role, whose tables come from compacted topics,
 * and for whatever runs by itself (replay, the demo), whose tables hold what files and the events themselves say. The
 * one place where enrichers are put together; a new one is added here, in both maps, and to the setting.
 */
import type { Config } from "../config/settings.ts";
import { calendar } from "../enrichment/calendar.ts";
import { type EnrichmentChain, enrichmentChain } from "../enrichment/chain.ts";
import { cluster } from "../enrichment/cluster.ts";
import type { Enricher, TableName } from "../enrichment/enricher.ts";
import { alwaysCurrent, type Freshness } from "../enrichment/freshness.ts";
import { identity } from "../enrichment/identity.ts";
import { indicators } from "../enrichment/indicators.ts";
import { inventory } from "../enrichment/inventory.ts";
import { lifecycle } from "../enrichment/lifecycle.ts";
import { network } from "../enrichment/network.ts";
import { ConfigError } from "../errors.ts";
import { loadOptions } from "./load-rule-set.ts";
import { type TableSettings, type Tables, tablesOf } from "./tables.ts";

export type EnrichmentSettings = TableSettings &
  Pick<Config, "enrichers" | "network" | "calendar" | "calendars" | "topics">;
type EnricherName = Config["enrichers"][number];

/** The tables that each enricher reads: only these topics must be there. */
const tablesRead: Readonly<Record<EnricherName, readonly TableName[]>> = {
  cluster: [],
  inventory: ["inventory"],
  lifecycle: ["inventory"],
  network: ["inventory"],
  indicators: ["indicators"],
  identity: ["sessions"],
  calendar: [],
};

type Build = (
  settings: EnrichmentSettings,
  tables: Tables,
  /** How far a table can be trusted. */
  fresh: (table: TableName) => () => Freshness,
) => Enricher | null;

/** Each built by its name. */
const build: Readonly<Record<EnricherName, Build>> = {
  cluster: ({ cluster: name }) => (name === "" ? null : cluster(name)),
  inventory: (settings, { inventory: table }, fresh) =>
    inventory({ table, cluster: settings.cluster, freshness: fresh("inventory") }),
  lifecycle: (settings, { inventory: table }) => lifecycle({ table, cluster: settings.cluster }),
  network: (settings, { inventory: table }, fresh) =>
    network({ ...settings.network, table, cluster: settings.cluster, freshness: fresh("inventory") }),
  indicators: (settings, { indicators: table }, fresh) =>
    indicators({ table, source: settings.topics.indicators, freshness: fresh("indicators") }),
  identity: (_settings, { sessions }, fresh) => identity({ sessions, freshness: fresh("sessions") }),
  calendar: (settings) => calendarOf(settings),
};

/** Throws ConfigError for settings of no use. */
export function enrichmentOf(
  settings: EnrichmentSettings,
  tables: Tables = tablesOf(settings, tablesOfEnrichers(settings.enrichers)),
  fresh: Parameters<Build>[2] = () => alwaysCurrent,
): EnrichmentChain {
  const enrichers = settings.enrichers.map((name) => build[name](settings, tables, fresh));
  return enrichmentChain(enrichers.filter((enricher) => enricher !== null));
}

/** The tables that some enricher reads. */
export function tablesOfEnrichers(enrichers: Config["enrichers"]): readonly TableName[] {
  return [...new Set(enrichers.flatMap((name) => tablesRead[name]))];
}

function calendarOf({ calendar: named, calendars: of }: EnrichmentSettings): Enricher {
  const { calendar: patterns } = loadOptions({ calendar: named, lists: {} });
  for (const [place, name] of Object.entries(of)) {
    if (patterns!.has(name)) continue;
    const known = [...patterns!.keys()].join(", ");
    throw new ConfigError(
      `Cannot read calendars.${place}: it must name a time pattern (${known}): current value is ${name}`,
    );
  }
  return calendar({ patterns: patterns!, of, otherwise: "business_hours" });
}
