import { describe, expect, it } from "vitest";
import { enrichmentChain } from "../../src/enrichment/chain.ts";
import type { TableChange } from "../../src/enrichment/enricher.ts";
import type { Freshness } from "../../src/enrichment/freshness.ts";
import { inventory } from "../../src/enrichment/inventory.ts";
import type { InventoryTable } from "../../src/enrichment/inventory-table.ts";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { event, feed, minute, start, tableOf, web } from "./support.ts";

function enriched(
  table: InventoryTable,
  one: SecurityEvent,
  options: { cluster?: string; fresh?: Freshness } = {},
) {
  const { cluster = "", fresh = "current" } = options;
  return enrichmentChain([inventory({ table, cluster, freshness: () => fresh })]).pass(one).enrichment;
}

const pod = {
  kind: "pod",
  namespace: "shop",
  pod: "web-0",
  node: "n1",
  workload: "web",
  workload_kind: "Deployment",
  owners: [
    { kind: "ReplicaSet", name: "web-7d9" },
    { kind: "Deployment", name: "web" },
  ],
  service_account: "web",
  labels: { app: "web" },
  ips: ["10.0.0.5"],
} as const;
const container = {
  container_id: web,
  name: "app",
  namespace: "shop",
  pod: "web-0",
  image: "shop/web:1",
  image_digest: "sha256:abc",
  runtime: "containerd",
} as const;

describe("An event of a known container", () => {
  it("gets plain names of the container and of its pod, and where they are from", () => {
    const table = tableOf();
    feed(table, pod, container);
    expect(enriched(table, event({ timestamp: start + minute }))).toEqual({
      image: "shop/web:1",
      image_digest: "sha256:abc",
      namespace: "shop",
      pod: "web-0",
      node: "n1",
      workload: "web",
      workload_kind: "Deployment",
      service_account: "web",
      inventory: {
        status: "hit",
        source: "kubernetes",
        age_ms: minute,
        container_name: "app",
        runtime: "containerd",
        labels: { app: "web" },
        owners: pod.owners,
        ips: ["10.0.0.5"],
      },
    });
  });

  it("keeps what the producer said itself, wherever it said it", () => {
    const table = tableOf();
    feed(table, pod, container);
    const one = event({ details: { node: "mine" }, enrichment: { image: "said", inventory: "hostile" } });
    const result = enriched(table, one);
    expect(result).toMatchObject({ image: "said", inventory: { status: "hit" }, workload: "web" });
    expect(result.node).toBeUndefined();
  });

  it("has the age of the event's time: read again it has the same", () => {
    const table = tableOf();
    feed(table, { ...container, updated_at: start + minute });
    expect(enriched(table, event())).toMatchObject({ inventory: { age_ms: 0 } });
  });
});

describe("An event without a container", () => {
  const audit = (change: Partial<SecurityEvent> = {}) =>
    event({
      container_id: null,
      source: "k8s_audit",
      enrichment: { namespace: "shop", pod: "web-0" },
      ...change,
    });

  it("is found by its pod, and by its only container", () => {
    const table = tableOf();
    feed(table, pod, container);
    expect(enriched(table, audit())).toMatchObject({
      image: "shop/web:1",
      workload: "web",
      container_id: web,
      inventory: { status: "hit", container_name: "app" },
    });
  });

  it("gets what is known of the pod where it has several, unless it names one", () => {
    const table = tableOf();
    feed(table, pod, container, {
      ...container,
      container_id: "aaaaaaaaaaaa",
      name: "sidecar",
      image: "proxy",
    });
    const several = enriched(table, audit());
    expect(several).toMatchObject({ workload: "web", inventory: { status: "hit" } });
    expect([several.image, several.container_id]).toEqual([undefined, undefined]);
    expect(enriched(table, audit({ details: { container_name: "sidecar" } }))).toMatchObject({
      image: "proxy",
    });
  });

  it("finds the container that runs, not one of the same pod that ended long before", () => {
    const table = tableOf();
    feed(table, pod, container, {
      ...container,
      container_id: "aaaaaaaaaaaa",
      ended_at: start - 16 * minute,
    });
    expect(enriched(table, audit())).toMatchObject({ container_id: web });
  });

  it("nor a pod gets none", () => {
    expect(enriched(tableOf(), event({ container_id: null }))).toEqual({});
    expect(enriched(tableOf(), event({ container_id: null, enrichment: { namespace: "shop" } }))).toEqual({
      namespace: "shop",
    });
  });
});

describe("The status", () => {
  it("says hit or miss, and else how far the table can be trusted", () => {
    const table = tableOf();
    expect(enriched(table, event())).toEqual({ inventory: { status: "miss" } });
    expect(enriched(table, event(), { fresh: "loading" })).toEqual({ inventory: { status: "loading" } });
    feed(table, container);
    expect(enriched(table, event(), { fresh: "stale" })).toMatchObject({
      image: "shop/web:1",
      inventory: { status: "stale", source: "kubernetes" },
    });
  });
});

describe("What events say", () => {
  const falco = event({
    enrichment: { image: "alpine:3", node: "falco-xczjd" },
    details: { "container.name": "app" },
  });
  const tetragon = event({
    container_id: `containerd://${web}`,
    source: "tetragon",
    timestamp: start + 1,
    enrichment: { namespace: "shop", pod: "web-0", node: "n1", workload: "web", workload_kind: "Pod" },
  });

  it("fills the gaps of other sensors' events, and is told on", () => {
    const table = tableOf();
    const chain = enrichmentChain([inventory({ table, cluster: "eu" })]);
    const changes: TableChange[] = [];
    chain.pass(falco, changes);
    expect(chain.pass(tetragon, changes).enrichment).toMatchObject({ image: "alpine:3", pod: "web-0" });
    expect(chain.pass({ ...falco, id: "e3" }, changes).enrichment).toMatchObject({
      workload: "web",
      node: "falco-xczjd",
    });
    expect(changes.map(({ table: name, key }) => [name, key])).toEqual([
      ["inventory", `learnt/container/eu/${web.slice(0, 12)}`],
      ["inventory", `learnt/container/eu/${web.slice(0, 12)}`],
    ]);
    expect(changes[1]!.value).toMatchObject({
      image: "alpine:3",
      name: "app",
      pod: "web-0",
      node: "n1",
      container_id: web,
    });
  });

  it("of one cluster is not believed of another", () => {
    const table = tableOf();
    const chain = enrichmentChain([inventory({ table, cluster: "" })]);
    chain.pass(event({ enrichment: { cluster: "eu", image: "a" } }));
    expect(chain.pass(event({ enrichment: { cluster: "us" } })).enrichment).toEqual({
      cluster: "us",
      inventory: { status: "miss" },
    });
  });

  it("teaches no more than names can be", () => {
    const table = tableOf();
    const chain = enrichmentChain([inventory({ table, cluster: "" })]);
    const labels = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`l${n}`, "x"]));
    chain.pass(
      event({
        enrichment: {
          image: "x".repeat(5_000),
          pod: ["a", "b"],
          labels: { ...labels, long: "x".repeat(5_000) },
        },
      }),
    );
    const entry = table.container(null, web.slice(0, 12))!;
    expect([entry.image, entry.pod]).toEqual([undefined, undefined]);
    expect(Object.keys(entry.labels!)).toHaveLength(64);
  });
});
