/** The enrichment that a configuration asks for where no other service is needed: for files. */
import type { Config } from "../config/settings.ts";
import { type EnrichmentChain, enrichmentChain } from "../enrichment/chain.ts";
import { cluster } from "../enrichment/cluster.ts";

export function enrichmentOf({ cluster: name }: Pick<Config, "cluster">): EnrichmentChain {
  return enrichmentChain(name === "" ? [] : [cluster(name)]);
}
