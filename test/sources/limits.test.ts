import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../src/events/security-event.ts";
import { maxDepth, maxFields, maxTextBytes } from "../../src/sources/limits.ts";
import { readOne } from "./support.ts";

const event = { id: "e1", type: "shell", timestamp: 1_000 };

describe("The limits of an event", () => {
  it("leave what is within them alone", () => {
    const details = { text: "x".repeat(maxTextBytes), list: [1, null, true, { deep: [""] }] };
    expect(readOne({ ...event, details })).toMatchObject({ details, enrichment: {} });
    expect(readOne({ ...event, details }).enrichment).toEqual({});
  });

  it("cut long text, and say its length and hash", () => {
    const { details, enrichment } = readOne({ ...event, details: { text: "é".repeat(maxTextBytes) } });
    const text = details.text as string;
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(maxTextBytes);
    expect(text).toMatch(/^é+…\[cut from 16384 bytes, sha256 [0-9a-f]{16}\]$/u);
    expect(enrichment.cut).toEqual({ texts: 1 });
  });

  it("keep the outermost fields of too many", () => {
    const inner = Object.fromEntries(Array.from({ length: maxFields }, (_, n) => [`k${n}`, n]));
    const { details, enrichment } = readOne({ ...event, details: { inner, user: "ann", tags: ["a"] } });
    expect(details).toMatchObject({ user: "ann", tags: ["a"] });
    // Less the three outermost and the one tag.
    expect(Object.keys(details.inner as object)).toHaveLength(maxFields - 4);
    expect(enrichment.cut).toEqual({ fields: 4 });
  });

  it("end nesting where it is too deep", () => {
    let nested: JsonValue = "bottom";
    for (let depth = 0; depth < maxDepth + 3; depth += 1) nested = [nested];
    const { details, enrichment } = readOne({ ...event, details: { nested, user: "ann" } });
    expect(JSON.stringify(details).match(/\[/g)).toHaveLength(maxDepth - 1);
    expect(details.user).toBe("ann");
    expect(enrichment.cut).toEqual({ fields: 1 });
  });

  it("drop numbers that are not finite", () => {
    const { details, enrichment } = readOne('{"type":"a","timestamp":1,"n":1e999,"list":[-1e999,2]}');
    expect(details).toEqual({ list: [2] });
    expect(enrichment.cut).toEqual({ numbers: 2 });
  });

  it("make text well-formed", () => {
    const { details } = readOne('{"type":"a","timestamp":1,"text":"\\ud800x","\\udc00":1}');
    expect(details).toEqual({ text: "\ufffdx", "\ufffd": 1 });
  });

  it("take __proto__ for a key like any other", () => {
    const { details } = readOne('{"type":"a","timestamp":1,"__proto__":{"admin":true},"n":1e999}');
    expect(Object.getPrototypeOf(details)).toBe(Object.prototype);
    expect(Object.keys(details)).toEqual(["__proto__"]);
    expect((details as Record<string, unknown>).admin).toBeUndefined();
  });

  it("cut names", () => {
    const { id, type } = readOne({ ...event, id: "i".repeat(10_000), type: "t".repeat(10_000) });
    expect([id.length, type.length].every((length) => length <= 512)).toBe(true);
  });
});
