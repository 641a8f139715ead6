/** The enrichment that a configuration asks for: the same for the enrich role, replay and the demo. */
import type { Config } from "../config/settings.ts";
import { type EnrichmentChain, enrichmentChain } from "../enrichment/chain.ts";
import { cluster } from "../enrichment/cluster.ts";

export function enrichmentOf({ cluster: name }: Pick<Config, "cluster">): EnrichmentChain {
  return enrichmentChain(name === "" ? [] : [cluster(name)]);
}
