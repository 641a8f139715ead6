/**
 * An enricher with 200,000 containers of 100,000 pods and 1,000,000 indicators: time to load them as their topics give
 * them (JSON), memory, and what one event costs under the default enrichers.
 * `node --expose-gc bench/enrichment-at-scale.ts [containers] [indicators]`
 */
import { enrichmentOf, tablesOfEnrichers } from "../src/app/enrichment-of.ts";
import { tablesOf } from "../src/app/tables.ts";
import { indicator } from "../src/codec/indicator.ts";
import { inventoryEntry } from "../src/codec/inventory-entry.ts";
import { decodeJson, encodeJson } from "../src/codec/json.ts";
import { loadConfig } from "../src/config/load-config.ts";
import { indicatorKey } from "../src/enrichment/indicator.ts";
import { entityKey, recordKey } from "../src/enrichment/inventory-entry.ts";
import type { SecurityEvent } from "../src/events/security-event.ts";
import { address, hex, indicatorOf, inventoryEntries, now } from "./sample-tables.ts";

const containers = Number(process.argv[2] ?? 200_000);
const indicators = Number(process.argv[3] ?? 1_000_000);

const config = loadConfig({ flags: { cluster: "eu" }, env: {} });
const records = [...inventoryEntries(containers)].map(
  (entry) => [recordKey(entry, entityKey(entry)!), encodeJson(entry)] as const,
);
const heap = (): number => {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};
const before = heap();
const loading = performance.now();
const tables = tablesOf(config, tablesOfEnrichers(config.enrichers));
for (const [key, value] of records) tables.inventory.take(key, decodeJson(inventoryEntry, value));
const loaded = performance.now() - loading;
const held = heap() - before;

let loadedIndicators = 0;
for (let n = 0; n < indicators; n += 1) {
  const one = indicatorOf(n);
  const [key, value] = [indicatorKey(one), encodeJson(one)];
  const start = performance.now();
  tables.indicators.take(key, decodeJson(indicator, value));
  loadedIndicators += performance.now() - start;
}
const heldIndicators = heap() - before - held;

const chain = enrichmentOf(config, tables);
const events = Array.from(
  { length: 200_000 },
  (_, n): SecurityEvent => ({
    id: `e${n}`,
    timestamp: now + n,
    type: "network_connection",
    container_id: hex((n * 7_919) % containers).slice(0, 12),
    severity: "low",
    source: "falco:syscall",
    details: { process_name: "sh", dst_ip: address(((n * 104_729) % containers) & ~1), dst_port: 443 },
    enrichment: n % 2 ? { image: `registry.example.com/web:${((n * 7_919) % containers) % 500}` } : {},
  }),
);
const none = enrichmentOf({ ...config, enrichers: [] });
const perEvent = (run: (event: SecurityEvent) => unknown): number => {
  const start = performance.now();
  for (const event of events) run(event);
  return ((performance.now() - start) * 1_000) / events.length;
};
const first = perEvent((event) => chain.pass(event, []));
const again = Math.min(...[1, 2, 3].map(() => perEvent((event) => chain.pass(event, []))));
const bare = perEvent((event) => none.pass(event, []));
const sweeping = performance.now();
tables.inventory.sweep(now);
const swept = performance.now() - sweeping;

process.stdout.write(
  [
    `${records.length} entries loaded in ${Math.round(loaded)} ms, ${Math.round(held / 2 ** 20)} MiB`,
    `${tables.indicators.size} indicators loaded in ${Math.round(loadedIndicators)} ms, ${Math.round(heldIndicators / 2 ** 20)} MiB`,
    `memory of the process, with what this script made up: ${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB`,
    `an event: ${first.toFixed(2)} µs at first (it teaches), ${again.toFixed(2)} µs then, ${bare.toFixed(2)} µs without enrichers`,
    `a sweep: ${Math.round(swept)} ms`,
  ]
    .join("\n")
    .concat("\n"),
);
