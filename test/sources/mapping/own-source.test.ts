import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { SecurityEvent } from "../../../src/events/security-event.ts";
import { recordReader } from "../../../src/sources/read-record.ts";
import { noAvro } from "../support.ts";

const folder = mkdtempSync(join(tmpdir(), "corral-own-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const brokerTime = Date.UTC(2026, 0, 6);

function reader(mapping: string): (value: unknown) => SecurityEvent {
  files += 1;
  const file = join(folder, `${files}.yml`);
  writeFileSync(file, mapping);
  return one([file]);
}

function one(mappings: readonly string[]): (value: unknown) => SecurityEvent {
  const readRecord = recordReader(mappings);
  return (value) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    const origin = { topic: "t", partition: 0, offset: 0, broker_time: brokerTime };
    const events = readRecord({ value: Buffer.from(text), headers: {}, origin }, noAvro);
    if (events instanceof Promise || events.length !== 1) throw new Error("not one event");
    return events[0]!;
  };
}

describe("A source of one's own", () => {
  const read = reader(`
source: acme
recognise: { has: [alert.id, sensor], equals: { vendor: Acme, version: [1, "2"] } }
fields:
  id: alert.id
  timestamp: [seen, sent]
  container_id: box
  severity: level
  type: [kind, alert.kind]
  details.process_name: process.name
  details.file.path: f
  enrichment.pod: pod.name
severities: { "9": critical, Bad: high }
types:
  - { type: shell_in_container, kind: [shell, "*sh"], process.name: bash }
  - { type: own_type, details.type: [x, 7, true], severity: medium }
`);
  const record = {
    vendor: "Acme",
    version: 2,
    alert: { id: "a1" },
    sensor: "s",
    seen: 1_000,
    box: "docker://AB",
  };

  it("keeps the fields of a map whose key a plain name takes", () => {
    const named = reader(`
source: named
recognise: { has: [login] }
fields: { timestamp: at, details.user: user.name }
`);
    const { details } = named({ login: 1, at: 1_000_000_000, user: { name: "bob", id: 5 } });
    expect(details).toEqual({ login: 1, at: 1_000_000_000, user: "bob", "user.name": "bob", "user.id": 5 });
  });

  it("recognises its records by all that it demands, and by nothing that is not their own", () => {
    const source = (value: unknown) => read(value).source;
    expect(source(record)).toBe("acme");
    for (const field of ["vendor", "version", "alert", "sensor"]) {
      expect(source({ ...record, [field]: undefined })).toBe("unmapped");
      expect(source({ ...record, [field]: "" })).toBe("unmapped");
    }
    expect(source({ ...record, version: 3 })).toBe("unmapped");
    const inherited = reader("source: acme\nrecognise: { has: constructor.name }\n");
    expect(inherited({ a: 1 }).source).toBe("unmapped");
    expect(inherited({ constructor: { name: "x" } }).source).toBe("acme");
  });

  it("is tried before the sources that ship", () => {
    const native = reader("source: acme\nrecognise: { equals: { type: x } }\n");
    expect(native({ type: "x", timestamp: 1 }).source).toBe("acme");
    expect(native({ type: "y", timestamp: 1 }).source).toBe("native");
  });

  it("fills fields from the first path that is present, and keeps the whole record", () => {
    const given = {
      ...record,
      process: { name: "bash" },
      "process.name": "zsh",
      f: "/x",
      pod: { name: "web" },
    };
    expect(read(given)).toMatchObject({
      id: "a1",
      timestamp: 1_000_000,
      container_id: "AB",
      source: "acme",
      details: { ...given, process_name: "zsh", "file.path": "/x" },
      enrichment: { pod: "web" },
    });
    expect(read({ ...record, seen: "never", sent: "1970-01-01T00:00:02Z" }).timestamp).toBe(2_000);
  });

  it("names events by the entries, else by its own word, else simply", () => {
    const type = (fields: object) => read({ ...record, ...fields }).type;
    expect(type({ kind: "Zsh", process: { name: "bash" } })).toBe("shell_in_container");
    expect(type({ kind: ["a", "shell"], process: { name: "bash" } })).toBe("shell_in_container");
    expect(type({ kind: "Shell", process: { name: "sh" } })).toBe("acme.shell");
    expect(type({ kind: "", alert: { id: "a", kind: "USB in!" } })).toBe("acme.usb_in");
    expect(type({ kind: "!" })).toBe("acme.event");
    expect(type({})).toBe("acme.event");
    for (const own of ["x", 7, "7", true]) expect(type({ type: own })).toBe("own_type");
  });

  it("ranks by its own words, by Corral's, by the entry", () => {
    const severity = (fields: object) => read({ ...record, ...fields }).severity;
    expect(severity({ level: 9 })).toBe("critical");
    expect(severity({ level: "BAD", type: "x" })).toBe("high");
    expect(severity({ level: "Low", type: "x" })).toBe("low");
    expect(severity({ level: "?", type: "x" })).toBe("medium");
    expect(severity({ level: { a: 1 } })).toBe("info");
  });

  it("has an id of its content where it has none", () => {
    const { id } = read({ ...record, alert: { id: ["x", "z"] } });
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(
      read(Object.fromEntries(Object.entries({ ...record, alert: { id: ["x", "z"] } }).reverse())).id,
    ).toBe(id);
    expect(read({ ...record, alert: { id: ["y"] } }).id).not.toBe(id);
  });

  it("takes the broker's time where it has none", () => {
    expect(read({ ...record, seen: null })).toMatchObject({
      timestamp: brokerTime,
      enrichment: { clock_replaced: true },
    });
  });
});

describe("The example of a source of one's own", () => {
  const examples = join(import.meta.dirname, "../../../examples");

  it("reads its records as docs/sources.md says", () => {
    const read = one([join(examples, "acme-edr.yml")]);
    const records = readFileSync(join(examples, "acme-edr.ndjson"), "utf8").split("\n").filter(Boolean);
    const events = records.map((text) => read(text));
    expect(events.map(({ id, type, severity }) => [id, type, severity])).toEqual([
      ["a-1", "shell_in_container", "critical"],
      ["a-2", "sensitive_file_access", "medium"],
      ["a-3", "acme_edr.usb_device_attached", "low"],
      [expect.any(String), "unmapped.json", "info"],
    ]);
    expect(events[0]).toMatchObject({
      container_id: expect.stringMatching(/^3f2a9c81d0e4/),
      details: { process_name: "bash", cmdline: "bash -i", alert_id: "a-1" },
      enrichment: { namespace: "shop", pod: "web-1", node: "node-1" },
    });
  });

  it("stands in the docs as it is", () => {
    const docs = readFileSync(join(import.meta.dirname, "../../../docs/sources.md"), "utf8");
    const mapping = readFileSync(join(examples, "acme-edr.yml"), "utf8").split("\n").slice(2).join("\n");
    expect(docs).toContain(mapping);
  });
});
