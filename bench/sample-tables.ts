/** What the tables of enrichment hold in the benchmarks: made up, and the same every time. */
import { createHash } from "node:crypto";
import type { Indicator } from "../src/enrichment/indicator.ts";
import type { InventoryEntry } from "../src/enrichment/inventory-entry.ts";

/** Event time of all that is known. */
export const now = 1_767_607_200_000;
export const hex = (n: number): string => n.toString(16).padStart(12, "0").padEnd(64, "f");
export const address = (n: number): string => `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;

/** Two containers a pod, and the pods. */
export function* inventoryEntries(containers: number): Generator<InventoryEntry> {
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

/** Event time at which they hold. */
export const at = 1_767_600_000_000;
const families = ["Mirai", "Cobalt Strike", "AsyncRAT", "Remcos", "XMRig", "Emotet", "QakBot", "Dridex"];

/** Of ten: four domains, two URLs, an address, a network (each hundredth), three hashes. `n` tells them apart. */
export function sampleValue(n: number): Pick<Indicator, "type" | "value"> {
  const hash = (algorithm: string) => createHash(algorithm).update(String(n)).digest("hex");
  switch (n % 10) {
    case 0:
    case 1:
    case 2:
    case 3:
      return { type: "domain", value: `cdn-${n.toString(36)}.host${n % 977}.example` };
    case 4:
    case 5:
      return { type: "url", value: `http://files-${n.toString(36)}.example/bins/${n}/x86_64.sh` };
    case 6:
      return n % 100 === 6
        ? { type: "cidr", value: `${11 + (n % 200)}.${(n >> 8) & 255}.${n & 240}.0/20` }
        : { type: "ip", value: `${11 + (n % 200)}.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}` };
    case 7:
      return { type: "sha256", value: hash("sha256") };
    case 8:
      return { type: "sha1", value: hash("sha1") };
    default:
      return { type: "md5", value: hash("md5") };
  }
}

export function indicatorOf(n: number): Indicator {
  return {
    ...sampleValue(n),
    feed: `feed-${n % 5}`,
    threat: families[n % families.length]!,
    tags: [`tag-${n % 40}`, `wave-${n % 300}`],
    confidence: 50 + (n % 50),
    valid_from: null,
    valid_until: at + n,
    first_seen: at - n * 1_000,
    reference: `https://feeds.example/ioc/${n}/`,
  };
}
