/** Names the cluster of events whose record does not, so that two clusters' namespaces never mix. */
import type { Enricher } from "./enricher.ts";

export function cluster(name: string): Enricher {
  const context = { cluster: name };
  return {
    name: "cluster",
    adds: ["cluster"],
    enrich: ({ enrichment }) => (Object.hasOwn(enrichment, "cluster") ? null : context),
  };
}
