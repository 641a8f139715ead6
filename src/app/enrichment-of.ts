/** The enrichment that a configuration asks for: the same for the enrich role, replay and the demo. */
import type { Config } from "../config/settings.ts";
import { type EnrichmentChain, enrichmentChain } from "../enrichment/chain.ts";
import { cluster } from "../enrichment/cluster.ts";
import type { Enricher } from "../enrichment/enricher.ts";
import { type IndicatorsOptions, indicators } from "../enrichment/indicators.ts";

/** Tables that are read beside; without one its enricher is left out. */
export interface EnrichmentTables {
  readonly indicators?: IndicatorsOptions;
}

export function enrichmentOf(
  { cluster: name }: Pick<Config, "cluster">,
  tables: EnrichmentTables = {},
): EnrichmentChain {
  const enrichers: Enricher[] = [];
  if (name !== "") enrichers.push(cluster(name));
  if (tables.indicators !== undefined) enrichers.push(indicators(tables.indicators));
  return enrichmentChain(enrichers);
}
