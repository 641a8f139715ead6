import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compilePath } from "../../src/events/field-path.ts";
import type { JsonMap, SecurityEvent } from "../../src/events/security-event.ts";
import { makeEvent } from "./make-event.ts";

function look(path: string, details: JsonMap, rest?: Partial<SecurityEvent>) {
  return compilePath(path)(makeEvent(details, rest));
}

describe("compilePath()", () => {
  it("names top-level fields, which details cannot shadow", () => {
    expect(look("type", { type: "inner" })).toBe("exec");
    expect(look("timestamp", {})).toBe(1_767_607_200_000);
    expect(look("container_id", { container_id: "c1" }, { container_id: null })).toBeUndefined();
  });

  it("keeps an explicit place to that place", () => {
    expect(look("details.type", { type: "inner" })).toBe("inner");
    expect(look("enrichment.image", { image: "alpine" })).toBeUndefined();
    expect(look("details.image", {}, { enrichment: { image: "alpine" } })).toBeUndefined();
  });

  it("looks in details, then in enrichment", () => {
    expect(look("user", { user: "ann" }, { enrichment: { user: "bob" } })).toBe("ann");
    expect(look("user", { user: "<NA>" }, { enrichment: { user: "bob" } })).toBe("bob");
    expect(look("proc.name", {}, { enrichment: { proc: { name: "nsenter" } } })).toBe("nsenter");
    expect(look("proc.name", { proc: { name: "bash" } }, { enrichment: { "proc.name": "nsenter" } })).toBe(
      "bash",
    );
  });

  it("prefers the longest literal key and tries the shorter one where it leads to nothing", () => {
    expect(look("proc.name", { "proc.name": "bash", proc: { name: "nsenter" } })).toBe("bash");
    expect(look("proc.name", { "proc.name": "", proc: { name: "nsenter" } })).toBe("nsenter");
    expect(look("a.b.c", { "a.b": { c: 1 }, a: { "b.c": 2, b: { c: 3 } } })).toBe(1);
    expect(look("a.b.c", { "a.b": { x: 1 }, a: { "b.c": 2, b: { c: 3 } } })).toBe(2);
    expect(look("a.b.c", { "a.b": "text", a: { b: { c: 3 } } })).toBe(3);
  });

  it("yields the values of all elements of a list of maps", () => {
    const details = {
      c: [{ image: "nginx" }, { name: "x" }, { image: ["busybox", "alpine"] }, "text", null],
    };
    expect(look("c.image", details)).toEqual(["nginx", "busybox", "alpine"]);
    expect(look("c.missing", details)).toBeUndefined();
    expect(look("c.image", { c: ["nginx", "busybox"] })).toBeUndefined();
    expect(look("c.length", { c: ["nginx"] })).toBeUndefined();
    expect(look("a.b.c", { a: [{ b: [{ c: 1 }, { c: 2 }] }, { b: { c: 3 } }] })).toEqual([1, 2, 3]);
  });

  it("sees own properties only", () => {
    for (const path of ["constructor", "__proto__", "toString", "a.constructor", "constructor.name"]) {
      expect(look(path, { a: {} })).toBeUndefined();
    }
    expect(look("constructor", { constructor: "x" } as unknown as JsonMap)).toBe("x");
    expect(look("__proto__", JSON.parse('{"__proto__":"x"}'))).toBe("x");
  });

  it("keeps case, and keeps zero and false", () => {
    expect(look("User", { user: "ann" })).toBeUndefined();
    expect(look("n", { n: 0 })).toBe(0);
    expect(look("n", { n: false })).toBe(false);
  });

  it("compiles long paths in no time", () => {
    const path = Array.from({ length: 200 }, (_, index) => `n${index}`).join(".");
    expect(look(path, { [path]: 1 })).toBe(1);
  });

  it("finds what was put at any way of splitting the path", () => {
    const name = fc.stringMatching(/^[a-c]{1,2}$/);
    fc.assert(
      fc.property(
        fc.array(fc.array(name, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 }),
        (keys) => {
          const details = keys.reduceRight<JsonMap | number>((value, key) => ({ [key.join(".")]: value }), 7);
          expect(look(`details.${keys.flat().join(".")}`, details as JsonMap)).toBe(7);
        },
      ),
    );
  });
});
