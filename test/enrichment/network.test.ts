import { describe, expect, it } from "vitest";
import { enrichmentChain } from "../../src/enrichment/chain.ts";
import type { InventoryTable } from "../../src/enrichment/inventory-table.ts";
import { network } from "../../src/enrichment/network.ts";
import { ConfigError } from "../../src/errors.ts";
import type { JsonMap } from "../../src/events/security-event.ts";
import { event, feed, minute, other, start, tableOf, web } from "./support.ts";

function enriched(table: InventoryTable, details: JsonMap, timestamp = start): JsonMap {
  const enricher = network({ table, cluster: "", internal: ["10.0.0.0/8", "fc00::/7"] });
  return enrichmentChain([enricher]).pass(event({ details, timestamp })).enrichment;
}

function cluster(): InventoryTable {
  const table = tableOf();
  feed(
    table,
    {
      kind: "pod",
      namespace: "shop",
      pod: "db-0",
      ips: ["10.0.0.7", "fd00::7"],
      container_id: other,
      workload: "db",
      workload_kind: "StatefulSet",
      node: "n1",
    },
    { container_id: other, namespace: "shop", pod: "db-0" },
    { container_id: web, namespace: "shop", pod: "db-0", name: "sidecar" },
    { kind: "service", namespace: "shop", name: "db", ips: ["10.96.0.3"] },
    { kind: "node", name: "n1", ips: ["192.0.2.10"] },
  );
  return table;
}

describe("The far end of a connection", () => {
  it("is a pod: its main container, workload and node, by names that stand alone", () => {
    expect(enriched(cluster(), { dst_ip: "10.0.0.7" }, start + minute)).toEqual({
      dst_container: other.slice(0, 12),
      dst_pod: "shop/db-0",
      dst_workload: "shop/StatefulSet/db",
      dst_namespace: "shop",
      dst_node: "n1",
      network: {
        dst: { scope: "internal", kind: "pod", name: "shop/db-0", source: "kubernetes", age_ms: minute },
      },
    });
  });

  it("is a service or a node", () => {
    const table = cluster();
    expect(enriched(table, { dst_ip: "10.96.0.3" })).toMatchObject({
      dst_service: "shop/db",
      network: { dst: { kind: "service", name: "shop/db" } },
    });
    // A node's address is not of the private ranges here, and internal all the same.
    expect(enriched(table, { dst_ip: "192.0.2.10" })).toMatchObject({
      dst_node: "n1",
      network: { dst: { scope: "internal", kind: "node" } },
    });
  });

  it("is internal or external where nobody is known to have it", () => {
    expect(enriched(cluster(), { dst_ip: "203.0.113.7", src_ip: "10.9.9.9" })).toEqual({
      network: { dst: { scope: "external" }, src: { scope: "internal" } },
    });
  });

  it("is one address, however it is written", () => {
    for (const text of ["::ffff:10.0.0.7", "fd00::7", "FD00:0:0::7", "fd00:0000::0007"]) {
      expect(enriched(cluster(), { src_ip: text }), text).toMatchObject({ src_pod: "shop/db-0" });
    }
  });

  it("is nothing where the text is no address", () => {
    for (const text of ["", "db", "1", "10.0.0", "10.0.0.7:5432", "x".repeat(10_000)])
      expect(enriched(cluster(), { dst_ip: text }), text.slice(0, 20)).toEqual({});
    expect(enriched(cluster(), { dst_ip: ["10.0.0.7", "10.0.0.8"] })).toEqual({});
  });

  it("stays what the producer calls it", () => {
    const result = enriched(cluster(), { dst_ip: "10.0.0.7", dst_container: "db-1" });
    expect(result.dst_container).toBeUndefined();
    expect(result.dst_pod).toBe("shop/db-0");
  });

  it("is the only container of a pod of which nobody says which is its main one", () => {
    const table = tableOf();
    feed(
      table,
      { kind: "pod", namespace: "shop", pod: "db-0", ips: ["10.0.0.7"] },
      { container_id: other, namespace: "shop", pod: "db-0" },
    );
    expect(enriched(table, { dst_ip: "10.0.0.7" }).dst_container).toBe(other.slice(0, 12));
    feed(table, { container_id: web, namespace: "shop", pod: "db-0" });
    expect(enriched(table, { dst_ip: "10.0.0.7" }).dst_container).toBeUndefined();
  });
});

it("Ranges that are none make a start impossible", () => {
  expect(() => network({ table: tableOf(), cluster: "", internal: ["10.0.0.0/99"] })).toThrow(ConfigError);
});
