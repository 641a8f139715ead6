/**
 * The inventory with 200,000 containers of 100,000 pods: time to load, memory, and what one event costs under the default
 * enrichers. `node --expose-gc bench/inventory-at-scale.ts [containers]`
 */
import { enrichmentOf, tablesOfEnrichers } from "../src/app/enrichment-of.ts";
import { tablesOf } from "../src/app/tables.ts";
import { inventoryEntry } from "../src/codec/inventory-entry.ts";
import { decodeJson, encodeJson } from "../src/codec/json.ts";
import { loadConfig } from "../src/config/load-config.ts";
import { entityKey, type InventoryEntry, recordKey } from "../src/enrichment/inventory-entry.ts";
import type { SecurityEvent } from "../src/events/security-event.ts";

const containers = Number(process.argv[2] ?? 200_000);
const now = 1_767_607_200_000;
const hex = (n: number): string => n.toString(16).padStart(12, "0").padEnd(64, "f");
const address = (n: number): string => `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;

function* entries(): Generator<InventoryEntry> {
  const base = { source: "kubernetes", learnt: false, updated_at: now, namespace: "shop", cluster: "eu" };
  for (let n = 0; n < containers; n += 1) {
    const pod = `web-${n >> 1}`;
    yield {
      ...base,
      kind: "container",
      container_id: hex(n),
      name: `c${n & 1}`,
      pod,
      image: `registry.example.com/web:${n % 500}`,
      image_digest: `sha256:${hex(n % 500)}`,
      runtime: "containerd",
      state: "running",
      started_at: now,
      restarts: 0,
    };
    if (n & 1) continue;
    yield {
      ...base,
      kind: "pod",
      pod,
      container_id: hex(n),
      node: `node-${n % 1_000}`,
      workload: `web-${n % 5_000}`,
      workload_kind: "Deployment",
      owners: [
        { kind: "ReplicaSet", name: `web-${n % 5_000}-7d9` },
        { kind: "Deployment", name: `web-${n % 5_000}` },
      ],
      service_account: "web",
      labels: { app: "web", tier: "front", "pod-template-hash": "7d9" },
      ips: [address(n)],
      state: "running",
      started_at: now,
    };
  }
}

const config = loadConfig({ flags: { cluster: "eu" }, env: {} });
const records = [...entries()].map(
  (entry) => [recordKey(entry, entityKey(entry)!), encodeJson(entry)] as const,
);
const heap = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};
const before = heap();
const loading = performance.now();
const tables = tablesOf(config, tablesOfEnrichers(config.enrichers));
for (const [key, value] of records) tables.inventory.take(key, decodeJson(inventoryEntry, value));
const loaded = performance.now() - loading;
const held = heap() - before;

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
const first = perEvent((event) => chain(event, []));
const again = Math.min(...[1, 2, 3].map(() => perEvent((event) => chain(event, []))));
const bare = perEvent((event) => none(event, []));
const sweeping = performance.now();
tables.inventory.sweep(now);
const swept = performance.now() - sweeping;

process.stdout.write(
  [
    `${records.length} entries loaded in ${Math.round(loaded)} ms, ${Math.round(held / 2 ** 20)} MiB`,
    `an event: ${first.toFixed(2)} µs at first (it teaches), ${again.toFixed(2)} µs then, ${bare.toFixed(2)} µs without enrichers`,
    `a sweep: ${Math.round(swept)} ms`,
  ]
    .join("\n")
    .concat("\n"),
);
