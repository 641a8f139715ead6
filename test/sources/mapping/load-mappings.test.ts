import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadFormats } from "../../../src/sources/load-formats.ts";
import { loadMappings } from "../../../src/sources/mapping/load-mappings.ts";
import { typeTable } from "../../../src/sources/mapping/type-table.ts";

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

  it("say where the entry stands that decided", () => {
    const own = file(
      "two.yml",
      "source: falco\n---\nsource: falco\ntypes:\n  - { type: a, rule: x }\n  - { type: b, rule: y }\n",
    );
    expect(loadMappings([own]).typesOf("falco").typeOf({ rule: "y" })).toMatchObject({
      type: "b",
      place: { file: own, line: 6, entry: 2 },
    });
  });

  it("name sources that are there, and take no other's name", () => {
    const typo = file("typo.yml", "# c\nsource: flaco\ntypes: [{ type: a, rule: b }]\n");
    const taken = file("taken.yml", "source: native\nrecognise: { has: x }\n");
    const twice = file(
      "twice.yml",
      "source: mine\nrecognise: { has: x }\n---\nsource: mine\ntypes: [{ type: a, k: v }]\n",
    );
    expect(() => loadFormats([typo, taken, twice])).toThrow(
      /typo\.yml:2: source: "flaco" is no source.*taken\.yml:1: source: "native" ships with Corral/s,
    );
    expect(loadFormats([twice]).sources[0]?.name).toBe("mine");
  });

  it("ask only for what events of the source say", () => {
    const bad = file(
      "facts.yml",
      "source: falco\ntypes:\n  - { type: a, rule: b }\n  - { type: b, rules: b }\n---\nsource: tracee\ntypes: [{ type: c, rule: d }]\n",
    );
    const message = messageFrom(() => loadMappings([bad]));
    expect(message.split("\n")).toEqual([
      `Cannot read mapping ${bad}:4: types.1.rules: events of falco have no "rules": known are rule, source, tag`,
      expect.stringMatching(
        /facts\.yml:7: types\.0\.rule: events of tracee have no "rule": known are access, /,
      ),
    ]);
  });

  it("describe a source only as a whole", () => {
    const bad = file(
      "half.yml",
      [
        "source: a\nfields: { id: x }\nseverities: { x: low }",
        "source: b\nrecognise: {}",
        "source: c\nrecognise: { has: x }\nfields: { idd: x, details.: y }\nseverities: { x: bad }",
        "source: d\nrecognise: { has: x, like: y }",
        "source: &e e\nrecognise: { has: *e }",
        "source: f\nrecognise: { equals: { a: { b: c } } }",
      ].join("\n---\n"),
    );
    const message = messageFrom(() => loadFormats([bad]));
    for (const part of [
      "half.yml:2: fields: goes with recognise",
      "half.yml:3: severities: goes with recognise",
      "half.yml:6: recognise: must demand something",
      /half\.yml:10: fields\.idd: .*/,
      /half\.yml:10: fields\.details\.: .*/,
      /half\.yml:11: severities\.x: .*/,
      /half\.yml:14: recognise: .*like/,
      "half.yml:16: aliases are not allowed",
      "half.yml:20: recognise.equals.a: a text or a list of texts",
    ])
      expect(message).toMatch(part);
  });

  it("are refused with all their faults", () => {
    const bad = file("bad.yml", "source: falco\ntypes: [{ type: Bad Type }, { rule: [] }]\nfoo: 1\n");
    const broken = file("broken.yml", "source: [\n");
    expect(() => loadMappings([bad, broken])).toThrow(
      /bad\.yml:2: types\.0\.type.*bad\.yml:2: types\.1.*bad\.yml:1: .*foo.*broken\.yml:2/s,
    );
    const none = join(folder, "none");
    expect(() => loadMappings([none])).toThrow("the path must exist");
    expect(() => loadMappings([none, bad, folder])).toThrow(/none.*bad\.yml:2/s);
  });
});

function messageFrom(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}
