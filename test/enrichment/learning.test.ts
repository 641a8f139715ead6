import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inventory } from "../../src/enrichment/inventory.ts";
import { InventoryTable } from "../../src/enrichment/inventory-table.ts";
import { learntEntry } from "../../src/enrichment/learnt-entry.ts";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { makeEvent } from "../events/make-event.ts";

const options = { maxEntries: 6, ttlMs: 10_000, forgetMs: 600_000 };
const texts = fc.constantFrom("a", "b", "", "<NA>");
const facts = fc.record(
  {
    image: texts,
    namespace: texts,
    pod: fc.oneof(texts, fc.constant(["a"]), fc.constant(7)),
    node: texts,
    container_name: texts,
    "container.name": texts,
    labels: fc.oneof(fc.constant({ app: "x" }), fc.constant({ app: "y", no: 1 }), texts),
    pod_labels: fc.constant({ app: "x" }),
    cluster: fc.constantFrom("eu", ""),
  },
  { requiredKeys: [] },
);
const ids = fc.constantFrom("0123456789ab", "0123456789abcdef", "containerd://0123456789abcdef", "c1", null);
const event = fc
  .record({ enrichment: facts, details: facts, id: ids, at: fc.nat(2_000_000), falco: fc.boolean() })
  .map(({ enrichment, details, id, at, falco }): SecurityEvent => {
    const source = falco ? "falco" : "tetragon";
    return makeEvent(details, { enrichment, container_id: id, timestamp: at, source });
  });
const step = fc.oneof({ weight: 8, arbitrary: event }, fc.constantFrom("forget", "told", "sweep"));

describe("An event that teaches nothing", () => {
  test("is passed over only where laying out what it says would have taught nothing either", () => {
    let passedOver = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const [quick, whole] = [new InventoryTable(options), new InventoryTable(options)];
        const { learn } = inventory({ table: quick, cluster: "" });
        let last: ReturnType<typeof whole.learn> = null;
        for (const each of steps) {
          if (each === "sweep") expect(quick.sweep(3_000_000)).toEqual(whole.sweep(3_000_000));
          else if (typeof each === "string") {
            if (last === null) continue;
            const entry = each === "told" ? last.entry : null;
            for (const table of [quick, whole]) table.take(last.key, entry);
          } else {
            const said = learntEntry(each, "");
            const told = said === null ? null : whole.learn(said);
            expect(learn!(each)).toEqual(
              told === null ? [] : [{ table: "inventory", key: told.key, value: told.entry }],
            );
            if (said !== null && told === null) passedOver += 1;
            if (told !== null) last = told;
          }
        }
        expect(quick.size).toBe(whole.size);
      }),
      { numRuns: 500 },
    );
    expect(passedOver).toBeGreaterThan(100);
  });
});
