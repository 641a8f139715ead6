import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadMappings } from "../../src/sources/mapping/load-mappings.ts";
import { typeTable } from "../../src/sources/mapping/type-table.ts";

describe("A table of types", () => {
  const table = typeTable([
    { type: "first", when: { rule: ["A shell", "B"], tag: ["x"] } },
    { type: "wide", severity: "high", when: { rule: ["*net*work*"] } },
    { type: "second", when: { rule: ["a SHELL"] } },
    { type: "tagged", when: { tag: ["x"] } },
  ]);
  const typeOf = (facts: Parameters<typeof table.typeOf>[0]) => table.typeOf(facts)?.type ?? null;

  it("takes the first entry all of whose keys fit, whatever the case", () => {
    expect(typeOf({ rule: "a shell", tag: ["y", "X"] })).toBe("first");
    expect(typeOf({ rule: "a shell", tag: ["y"] })).toBe("second");
    expect(typeOf({ rule: "c", tag: "x" })).toBe("tagged");
    expect(typeOf({ rule: "c", tag: null })).toBeNull();
    expect(typeOf({})).toBeNull();
  });

  it("takes * for any letters", () => {
    expect(typeOf({ rule: "Suspicious Network Tool: work" })).toBe("wide");
    expect(typeOf({ rule: "network" })).toBe("wide");
    expect(typeOf({ rule: "netwok" })).toBeNull();
  });
});

describe("Mapping files", () => {
  const folder = mkdtempSync(join(tmpdir(), "corral-mappings-"));
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  afterAll(() => rmSync(folder, { recursive: true }));

  it("of one's own go before those that ship", () => {
    const own = file("own.yml", "source: falco\ntypes: [{ type: mine, rule: Read ssh information }]\n");
    const rule = "Read ssh information";
    expect(loadMappings().typesOf("falco").typeOf({ rule })?.type).toBe("sensitive_file_access");
    expect(loadMappings([own]).typesOf("falco").typeOf({ rule })?.type).toBe("mine");
  });

  it("are refused with all their faults", () => {
    const bad = file("bad.yml", "source: falco\ntypes: [{ type: Bad Type }, { rule: [] }]\nfoo: 1\n");
    const broken = file("broken.yml", "source: [\n");
    expect(() => loadMappings([bad, broken])).toThrow(
      /bad\.yml:2: types\.0\.type.*bad\.yml:2: types\.1.*bad\.yml:1: .*foo.*broken\.yml:2/s,
    );
    expect(() => loadMappings([join(folder, "none")])).toThrow("the path must exist");
  });
});
