import { describe, expect, it } from "vitest";
import { type InventoryEntry, overlaid } from "../../src/enrichment/inventory-entry.ts";
import { fed, feed, minute, other, start, tableOf, web } from "./support.ts";

const learntOf = (change: Partial<InventoryEntry>): InventoryEntry =>
  fed({ learnt: true, source: "falco", container_id: web, ...change });

describe("Entries about one container", () => {
  it("meet in the first twelve digits of its id, whoever wrote it how", () => {
    const table = tableOf();
    feed(table, { container_id: `containerd://${web}`, image: "shop/web:1" });
    table.learn(learntOf({ container_id: web.slice(0, 31).toUpperCase(), pod: "web-0", namespace: "shop" }));
    expect(table.size).toBe(1);
    expect(table.container(null, web.slice(0, 12))).toMatchObject({ image: "shop/web:1", pod: "web-0" });
  });

  it("are of one cluster", () => {
    const table = tableOf();
    feed(table, { container_id: web, cluster: "eu", image: "a" });
    expect(table.container("us", web)).toBeUndefined();
    expect(table.container(null, web)).toBeUndefined();
    expect(table.container("eu", web)).toMatchObject({ image: "a" });
  });

  it("are laid over one another fact by fact: newer over older, a feeder's over learnt, in any order", () => {
    const entries = [
      fed({ updated_at: 1, image: "fed-old", node: "n1" }),
      fed({ source: "docker", updated_at: 2, image: "fed-new" }),
      learntOf({ updated_at: 3, image: "learnt", pod: "web-0" }),
      learntOf({ updated_at: 2, pod: "older", workload: "web" }),
    ];
    const whole = {
      image: "fed-new",
      node: "n1",
      pod: "web-0",
      workload: "web",
      learnt: false,
      updated_at: 3,
    };
    expect(overlaid(entries)).toMatchObject(whole);
    expect(overlaid(entries.toReversed())).toEqual(overlaid(entries));
  });

  it("go one by one: what another feeder said stays", () => {
    const table = tableOf();
    feed(table, { container_id: web, image: "a" }, { source: "docker", container_id: web, name: "web" });
    table.take(`docker/container//${web.slice(0, 12)}`, null);
    expect(table.container(null, web)).toMatchObject({ image: "a" });
    expect(table.container(null, web)?.name).toBeUndefined();
    table.take(`kubernetes/container//${web.slice(0, 12)}`, null);
    expect(table.size).toBe(0);
  });

  it("count only under the key that they say themselves", () => {
    const table = tableOf();
    table.take(`kubernetes/container//${other.slice(0, 12)}`, fed({ container_id: web }));
    table.take(`kubernetes/container//${web.slice(0, 12)}`, learntOf({}));
    expect(table.size).toBe(0);
  });
});

describe("What events taught", () => {
  it("is told with all that was learnt before, once", () => {
    const table = tableOf();
    expect(table.learn(learntOf({ image: "a" }))).toMatchObject({
      key: `learnt/container//${web.slice(0, 12)}`,
      entry: { image: "a" },
    });
    expect(table.learn(learntOf({ image: "a" }))).toBeNull();
    expect(table.learn(learntOf({ pod: "web-0", updated_at: start + 1 }))?.entry).toMatchObject({
      image: "a",
      pod: "web-0",
    });
    expect(table.learn(learntOf({ image: "a", pod: "web-0", updated_at: start + minute }))).toBeNull();
  });

  it("is told again when minutes have passed, so that others know that it is still there", () => {
    const table = tableOf();
    table.learn(learntOf({ image: "a" }));
    expect(table.learn(learntOf({ image: "a", updated_at: start + 9 * minute }))).toBeNull();
    expect(table.learn(learntOf({ image: "a", updated_at: start + 10 * minute }))).not.toBeNull();
  });

  it("is not undone by a late event, which only fills gaps", () => {
    const table = tableOf();
    table.learn(learntOf({ image: "new" }));
    table.learn(learntOf({ image: "old", node: "n1", updated_at: start - minute }));
    expect(table.container(null, web)).toMatchObject({ image: "new", node: "n1", updated_at: start });
  });

  it("does not flood the topic where two sensors spell one thing in two ways", () => {
    const table = tableOf();
    table.learn(learntOf({ image: "alpine:3" }));
    const told = Array.from({ length: 100 }, (_, second) =>
      table.learn(
        learntOf({
          image: second % 2 ? "alpine:3" : "docker.io/library/alpine:3",
          updated_at: start + second * 1_000,
        }),
      ),
    );
    expect(told.filter((each) => each !== null)).toEqual([]);
    expect(table.container(null, web)?.image).toBe("alpine:3");
  });

  it("is told again where the topic holds less, as when two enrichers learnt at once", () => {
    const table = tableOf();
    const { key, entry } = table.learn(learntOf({ image: "a" }))!;
    table.take(key, { ...entry, image: null, pod: "web-0" });
    expect(table.container(null, web)).toMatchObject({ image: "a", pod: "web-0" });
    expect(table.learn(learntOf({ image: "a" }))?.entry).toMatchObject({ image: "a", pod: "web-0" });
    expect(table.learn(learntOf({ image: "a" }))).toBeNull();
  });

  it("comes back from the topic as known: nothing is told again", () => {
    const table = tableOf();
    const { key, entry } = tableOf().learn(learntOf({ image: "a" }))!;
    table.take(key, entry);
    expect(table.learn(learntOf({ image: "a" }))).toBeNull();
  });
});

describe("Entries in time", () => {
  it("outlive their container by the ttl, as time of the events goes", () => {
    const table = tableOf();
    feed(table, { container_id: web, ended_at: start });
    table.learn(learntOf({ container_id: other, updated_at: start + 15 * minute }));
    expect(table.sweep(start + 60 * minute)).toEqual([]);
    expect(table.container(null, web)).toBeDefined();
    table.learn(learntOf({ container_id: other, updated_at: start + 15 * minute + 1 }));
    table.sweep(start + 60 * minute);
    expect(table.container(null, web)).toBeUndefined();
  });

  it("that only events taught go, and out of the topic too, when no event names them for long", () => {
    const table = tableOf({ forgetMs: 60 * minute });
    table.learn(learntOf({ image: "a" }));
    table.learn(learntOf({ container_id: other, updated_at: start + 61 * minute }));
    expect(table.sweep(start + 90 * minute)).toEqual([`learnt/container//${web.slice(0, 12)}`]);
    expect(table.size).toBe(1);
  });

  it("are not let go by a sensor whose clock is ahead", () => {
    const table = tableOf({ forgetMs: 60 * minute });
    table.learn(learntOf({ image: "a" }));
    table.learn(learntOf({ container_id: other, updated_at: start + 1e12 }));
    expect(table.sweep(start + minute)).toEqual([]);
  });

  it("tell who had an address when", () => {
    const table = tableOf();
    const pod = (name: string, change: Partial<InventoryEntry>): Partial<InventoryEntry> => ({
      kind: "pod",
      namespace: "shop",
      pod: name,
      ips: ["10.0.0.5"],
      ...change,
    });
    feed(
      table,
      pod("old", { started_at: start, ended_at: start + 10 * minute }),
      pod("new", { started_at: start + 11 * minute }),
    );
    expect(table.holderOf(null, "10.0.0.5", start + 5 * minute)?.pod).toBe("old");
    expect(table.holderOf(null, "10.0.0.5", start + 12 * minute)?.pod).toBe("new");
    expect(table.holderOf("eu", "10.0.0.5", start)).toBeUndefined();
    feed(table, pod("new", { started_at: start + 11 * minute, ips: ["10.0.0.6"] }));
    expect(table.holderOf(null, "10.0.0.5", start + 60 * minute)).toBeUndefined();
  });

  it("of feeders are not pushed out by those that events make up", () => {
    const table = tableOf({ maxEntries: 200 });
    const names = Array.from({ length: 120 }, (_, n) => n.toString(16).padStart(12, "c"));
    feed(table, ...names.map((container_id) => ({ container_id, image: "real" })));
    for (let n = 0; n < 5_000; n += 1) {
      table.learn(learntOf({ container_id: n.toString(16).padStart(12, "d"), image: "made up" }));
    }
    expect(table.size).toBe(200);
    expect(names.filter((name) => table.container(null, name) === undefined)).toEqual([]);
  });

  it("are bounded: what was asked for longest ago goes, and is found by nothing more", () => {
    const table = tableOf({ maxEntries: 2 });
    const id = (n: number) => `${n}`.padStart(12, "0");
    const pod = (n: number) => ({
      container_id: id(n),
      namespace: "shop",
      pod: `p${n}`,
      ips: [`10.0.0.${n}`],
    });
    feed(table, pod(1), pod(2));
    table.container(null, id(1));
    feed(table, pod(3));
    expect([1, 2, 3].map((n) => table.container(null, id(n)) !== undefined)).toEqual([true, false, true]);
    expect(table.holderOf(null, "10.0.0.2", start)).toBeUndefined();
    expect(table.containersOf(null, "shop", "p2", start)).toEqual([]);
    expect(table.size).toBe(2);
  });
});
