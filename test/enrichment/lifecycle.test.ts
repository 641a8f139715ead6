import { describe, expect, it } from "vitest";
import { enrichmentChain } from "../../src/enrichment/chain.ts";
import type { TableChange } from "../../src/enrichment/enricher.ts";
import { inventory } from "../../src/enrichment/inventory.ts";
import { lifecycle } from "../../src/enrichment/lifecycle.ts";
import type { JsonValue, SecurityEvent } from "../../src/events/security-event.ts";
import { event, minute, other, start, tableOf, web } from "./support.ts";

function telling() {
  const table = tableOf();
  const chain = enrichmentChain([inventory({ table, cluster: "" }), lifecycle({ table, cluster: "" })]);
  const changes: TableChange[] = [];
  const tell = (type: string, at: number, change: Partial<SecurityEvent> = {}): JsonValue | undefined => {
    const enrichment = {
      container_name: "app",
      namespace: "shop",
      workload_kind: "Deployment",
      workload: "web",
      ...change.enrichment,
    };
    const one = event({ source: "docker", ...change, type, timestamp: start + at, enrichment });
    return chain.pass(one, changes).enrichment.lifecycle;
  };
  return { tell, changes };
}

describe("The life of a container", () => {
  it("begins, ends and begins again", () => {
    const { tell } = telling();
    expect(tell("shell", 0)).toBeUndefined();
    expect(tell("container_start", minute)).toEqual({
      state: "running",
      started_at: start + minute,
      source: "docker",
      age_ms: 0,
    });
    expect(tell("container_stop", 2 * minute)).toMatchObject({
      state: "stopped",
      ended_at: start + 2 * minute,
    });
    expect(tell("container_start", 3 * minute)).toMatchObject({
      state: "running",
      restarts: 1,
      started_at: start + 3 * minute,
    });
    expect(tell("container_restart", 3 * minute + 20)).toMatchObject({ restarts: 1 });
    expect(tell("container_restart", 9 * minute)).toMatchObject({
      restarts: 2,
      started_at: start + 9 * minute,
    });
  });

  it("is the same for events read again", () => {
    const { tell, changes } = telling();
    const all = () => {
      tell("container_start", 0);
      tell("container_stop", minute);
      return tell("container_start", 2 * minute);
    };
    const once = all();
    const told = changes.length;
    expect(all()).toEqual(once);
    expect(changes).toHaveLength(told);
  });

  it("is not ended by a stop of before its start that comes late", () => {
    const { tell } = telling();
    tell("container_start", 2 * minute);
    expect(tell("container_stop", minute)).toMatchObject({ state: "running" });
  });

  it("still ran for an event of before its end", () => {
    const { tell } = telling();
    tell("container_start", 0);
    tell("container_stop", 2 * minute);
    expect(tell("shell", minute)).toMatchObject({ state: "running" });
    expect(tell("shell", 2 * minute + 1)).toMatchObject({ state: "stopped" });
  });
});

describe("A container that takes another's place", () => {
  it("knows which, and whether it has another image", () => {
    const { tell } = telling();
    tell("container_start", 0, { enrichment: { image: "web:1" } });
    tell("container_stop", minute);
    const next = { container_id: other, enrichment: { image: "web:2" } };
    expect(tell("container_start", 2 * minute, next)).toMatchObject({
      state: "running",
      previous_container: web.slice(0, 12),
      image_changed: true,
    });
    expect(tell("shell", 3 * minute, next)).toMatchObject({
      previous_container: web.slice(0, 12),
      image_changed: true,
    });
  });

  it("is one of the same name and workload, after it stopped and not long after", () => {
    const first = (at: number, change: Partial<SecurityEvent>) => {
      const { tell } = telling();
      tell("container_start", 0);
      tell("container_stop", minute);
      return tell("container_start", at, { container_id: other, ...change });
    };
    expect(first(2 * minute, {})).toMatchObject({ previous_container: web.slice(0, 12) });
    for (const [at, change] of [
      [2 * minute, { enrichment: { container_name: "sidecar" } }],
      [2 * minute, { enrichment: { workload: "db" } }],
      [2 * minute, { enrichment: { cluster: "us" } }],
      [0.5 * minute, {}],
      [17 * minute, {}],
    ] as const) {
      expect(first(at, change), JSON.stringify([at, change])).not.toHaveProperty("previous_container");
    }
  });
});
