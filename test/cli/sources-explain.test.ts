import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, expect, test } from "vitest";
import { explainSources } from "../../src/app/explain-sources.ts";
import { readLines } from "../../src/app/read-lines.ts";
import { exitCode } from "../../src/cli/output.ts";
import { ManualClock } from "../transport/manual-clock.ts";
import { corral, Folder } from "./support.ts";

const folder = new Folder();
afterAll(() => folder.remove());
const examples = join(import.meta.dirname, "../../examples");

const falco = {
  uuid: "u-1",
  rule: "Read ssh information",
  priority: "Error",
  time: "2024-03-01T10:00:00Z",
  output_fields: { "container.id": "9bd4ecf1a2c3", "proc.name": "cat\u001b[2J\u202e" },
};
const json = (...records: readonly unknown[]) => records.map((record) => JSON.stringify(record)).join("\n");

test("A record in text: what it was taken for, who named it, its fields, what was left out", async () => {
  const file = folder.file("one.ndjson", json(falco));
  const { code, results, notes } = await corral("sources", "explain", file);
  expect(results).toEqual([
    `${file}:1: falco, 1 event`,
    expect.stringMatching(/^ {2}sensitive_file_access \(.*mappings\/falco\.yml:\d+, entry \d+\)$/),
    expect.stringMatching(/^ {4}id: [0-9a-f]{32}$/),
    "    time: 2024-03-01T10:00:00.000Z",
    "    severity: high",
    "    source: falco:syscall",
    "    container: 9bd4ecf1a2c3",
    "    details.process_name: cat\\u001b[2J\\u202e",
    "    details.container.id: 9bd4ecf1a2c3",
    "    details.proc.name: cat\\u001b[2J\\u202e",
    "    details.rule: Read ssh information",
    "    details.tags: []",
    "    details.priority: Error",
    "    details.output: ",
    "  left out: uuid: the source makes no use of it",
  ]);
  expect(notes).toEqual(["1 record, 1 event, 0 refused, 0 unmapped", "falco: sensitive_file_access 1"]);
  expect(code).toBe(exitCode.ok);
});

test("What is refused, unmapped, cut or ahead of time is told with its reason, and the exit code says so", async () => {
  const records = [
    "nonsense \u001b",
    json({ kind: "Door", time: "2099-01-01T00:00:00Z", text: "x".repeat(9000) }),
    json("sshd[1]: Invalid user x from 203.0.113.9 port 1"),
    json({ type: "mine", timestamp: 1_700_000_000_000 }),
    "[]",
  ];
  const file = folder.file("odd.ndjson", `\n${records.join("\n\n")}\n`);
  const { code, results, notes } = await corral("sources", "explain", file);
  const text = results.join("\n");
  for (const line of [
    `${file}:2: refused (not-json): Cannot read record`,
    `${file}:4: unmapped, 1 event\n  unmapped.door (no entry: unmapped.door)`,
    "time: 2099-01-01T00:00:00.000Z; the broker's would stand in: it is ahead of now by more than 5 minutes",
    "    cut: details.text: cut from 9000 bytes",
    "(8190 characters)",
    `${file}:6: sshd, 1 event\n  sshd.invalid_user (no entry: sshd.invalid_user)`,
    "time: none; the broker's would stand in: the record has none that can be read",
    "  mine (the record says so)",
    `${file}:10: holds nothing`,
  ])
    expect(text).toContain(line);
  expect(text).not.toContain("\u001b");
  expect(notes[0]).toBe("5 records, 3 events, 1 refused, 1 unmapped");
  expect(code).toBe(exitCode.findings);
});

test("Mappings of one's own come from a flag or the configuration", async () => {
  const file = join(examples, "acme-edr.ndjson");
  const mappings = join(examples, "acme-edr.yml");
  const flagged = await corral("sources", "explain", file, "--mappings", mappings);
  expect(flagged.results.join("\n")).toContain(`shell_in_container (${mappings}:`);
  const config = folder.file("corral.yaml", `mappings: [${mappings}]\n`);
  expect(await corral("sources", "explain", file, "--config", config)).toEqual(flagged);
  expect(flagged.code).toBe(exitCode.findings);
});

test("NDJSON: one map a record, values whole", async () => {
  const file = folder.file("two.ndjson", `${json(falco)}\nx\n`);
  const { results } = await corral("sources", "explain", file, "--format", "ndjson");
  expect(results.join("")).toMatch(/^[\u0020-\u007e]*$/);
  const [first, second] = results.map((line) => JSON.parse(line));
  expect(first).toMatchObject({
    file,
    line: 1,
    refused: null,
    values: [
      {
        envelopes: [],
        source: "falco",
        left_out: ["uuid"],
        events: [
          {
            type: "sensitive_file_access",
            named_by: {
              file: expect.stringContaining("falco.yml"),
              line: expect.any(Number),
              entry: expect.any(Number),
            },
            time_replaced: null,
            details: { "proc.name": "cat\u001b[2J\u202e" },
            cut: [],
          },
        ],
      },
    ],
  });
  expect(second).toMatchObject({ line: 2, refused: { reason: "not-json" }, values: [] });
});

test("Each event of a record is told with its own entry", async () => {
  const other = { ...falco, rule: "Change thread namespace" };
  const lines = readLines("-", Readable.from([json([falco, { ...falco, rule: "Else" }, other])]));
  const explained = [];
  for await (const record of explainSources(lines, { mappings: [], clock: new ManualClock() }))
    explained.push(record);
  const events = explained.flatMap(({ values }) => values.flatMap(({ events }) => events));
  expect(events.map(({ event, named }) => [event.type, typeof named === "object" ? "entry" : named])).toEqual(
    [
      ["sensitive_file_access", "entry"],
      ["falco.else", "none"],
      ["namespace_change", "entry"],
    ],
  );
  expect(events[0]?.named).not.toEqual(events[2]?.named);
});

test("A bad file, format or mapping is a fault of the call", async () => {
  const file = folder.file("good.ndjson", json(falco));
  const bad = folder.file("bad.yml", "source: falco\ntypes: [{ type: X }]\n");
  for (const words of [[join(folder.path, "none")], [], [file, "--format", "xml"], [file, "--mappings", bad]])
    expect((await corral("sources", "explain", ...words)).code).toBe(exitCode.usage);
});
