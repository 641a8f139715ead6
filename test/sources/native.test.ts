import { describe, expect, it } from "vitest";
import { read, readOne, reasonOf } from "./support.ts";

const full = {
  id: "e1",
  timestamp: 1_700_000_000_000,
  container_id: "3f2a",
  type: "privilege_escalation",
  severity: "high",
  source: "agent",
  details: { process_name: "sudo", nested: { list: [1, null] } },
  enrichment: { namespace: "shop" },
};

describe("native", () => {
  it("reads a full event as it is", () => {
    expect(readOne(full)).toEqual(full);
  });

  it("needs no more than a type and a timestamp", () => {
    expect(readOne({ type: "shell", timestamp: 5 })).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      timestamp: 5,
      container_id: null,
      type: "shell",
      severity: "info",
      source: "native",
      details: {},
      enrichment: {},
    });
  });

  it("reads RFC 3339 times and severities in any case", () => {
    const event = readOne({ ...full, timestamp: "2023-11-14T22:13:20.0005Z", severity: "HIGH" });
    expect(event).toMatchObject({ timestamp: 1_700_000_000_000, severity: "high" });
  });

  it("gives the same content the same id, in any order of keys, and other content another", () => {
    const id = (value: object) => readOne(value).id;
    const one = id({ type: "a", timestamp: 1, details: { x: 1, y: { p: 1, q: 2 } } });
    expect(id({ details: { y: { q: 2, p: 1 }, x: 1 }, timestamp: 1, type: "a" })).toBe(one);
    expect(id({ details: { y: { q: 2, p: 1 }, x: 1 }, timestamp: 1, type: "a", id: "" })).toBe(one);
    expect(id({ type: "a", timestamp: 1, details: { x: 1, y: { p: 1, q: 3 } } })).not.toBe(one);
  });

  it("keeps keys it does not know in details, where what details says wins", () => {
    const event = readOne({ ...full, pid: 7, user: "outer", details: { user: "inner" } });
    expect(event.details).toEqual({ pid: 7, user: "inner" });
  });

  it("takes no origin from the producer", () => {
    expect(readOne({ ...full, origin: { topic: "x" } }).origin).toBeUndefined();
  });

  it("is not confused by keys that objects inherit", () => {
    const event = readOne('{"type":"a","timestamp":1,"__proto__":{"polluted":true},"constructor":1}');
    expect(Object.getPrototypeOf(event.details)).toBe(Object.prototype);
    expect(Object.keys(event.details)).toEqual(["__proto__", "constructor"]);
    expect("polluted" in {}).toBe(false);
  });

  it("refuses fields that cannot mean anything", () => {
    const wrong = [
      { severity: "urgent" },
      { severity: 3 },
      { container_id: 12 },
      { details: [1] },
      { details: "x" },
      { enrichment: 1 },
      { source: {} },
      { type: "" },
    ];
    for (const fields of wrong) expect(reasonOf(() => read({ ...full, ...fields }))).toBe("invalid-field");
  });
});
