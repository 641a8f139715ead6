import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { exitCode } from "../../src/cli/output.ts";
import { corral, Folder } from "./support.ts";

const folder = new Folder();
afterAll(() => folder.remove());

const rule = folder.file(
  "escape.yml",
  `id: escape
window: 10m
conditions:
  - { type: event_count, where: { type: probe, "details.port|gte": 1 }, threshold: 3 }
  - { type: event_sequence, name: steps, sequence: [probe, escape], within: 5m }
`,
);
const event = (time: string, type: string, container: string, rest = {}) =>
  `${JSON.stringify({ timestamp: `2026-01-05T${time}Z`, type, container_id: container, ...rest })}\n`;
const events = folder.file(
  "events.ndjson",
  [
    ...["10:00:00", "10:00:01", "10:00:02"].map((time) => event(time, "probe", "aaa", { port: 22 })),
    event("10:01:00", "escape", "aaa"),
    event("11:00:00", "probe", "bbb", { port: 22 }),
    event("11:00:01", "probe", "bbb", { port: 22 }),
    event("11:05:11", "escape", "bbb"),
    event("12:00:00", "probe", "ccc"),
    event("12:00:01", "probe", "ccc"),
    "no JSON\n",
  ].join(""),
);

test("Alerts, then near misses with what was missing", async () => {
  const { code, results, notes } = await corral("rules", "explain", rule, "--events", events);
  expect(code).toBe(exitCode.ok);
  expect(results).toEqual([
    "escape: window 10m, by container",
    "9 events, 9 relevant in 3 groups, 0 late: 1 alert",
    "",
    "container=aaa: 4 relevant events, 1 alert",
    "  alert 2026-01-05T10:01:00.000Z, last seen 2026-01-05T10:01:00.000Z, 4 events",
    "    ✓ probe  3 × probe (≥ 3)",
    "    ✓ steps  probe → escape",
    "",
    "container=bbb: 3 relevant events, 0 alerts",
    "  near miss 2026-01-05T11:05:11.000Z, 0 of 2 conditions",
    "    ✗ probe  2 × probe (≥ 3): 1 missing",
    "    ✗ steps  probe → escape (1/2): step 2 (escape) not reached: 00:05:10 > within 5m",
    "",
    "container=ccc: 2 relevant events, 0 alerts",
    "  near miss 2026-01-05T12:00:01.000Z, 0 of 2 conditions",
    "    ✗ probe  0 × probe (≥ 3): field absent: details.port in 2 events",
    "    ✗ steps  probe → escape (1/2): step 2 (escape) not reached: no such event after step 1 in the window",
  ]);
  expect(notes).toEqual([`${events}:10: Cannot read record: value must be JSON or registered Avro`]);
});

test("What is to be absent counts by its absence, and is what a near miss lacked", async () => {
  const absence = folder.file(
    "absence.yml",
    `id: unfinished
window: 10m
conditions:
  probe: { type: event_count, where: { type: probe, "port|exists": true }, threshold: 3 }
  escape: { type: event_count, where: { type: escape } }
match: probe and not escape
`,
  );
  const more = folder.file(
    "more.ndjson",
    ["13:00:00", "13:00:01", "13:00:02"].map((time) => event(time, "probe", "ddd", { port: 22 })).join(""),
  );
  const { results } = await corral("rules", "explain", absence, "--events", events, more);
  expect(results.slice(1)).toEqual([
    "12 events, 10 relevant in 3 groups, 0 late: 1 alert",
    "",
    "container=ddd: 3 relevant events, 1 alert",
    "  alert 2026-01-05T13:10:00.000Z, last seen 2026-01-05T13:10:00.000Z, 3 events",
    "    ✓ probe       3 × probe (≥ 3)",
    "    ✓ not escape  0 × escape (≥ 1)",
    "",
    "container=aaa: 4 relevant events, 0 alerts",
    "  near miss 2026-01-05T10:10:00.000Z, 1 of 2 conditions",
    "    ✓ probe       3 × probe (≥ 3)",
    "    ✗ not escape  1 × escape (≥ 1)",
    "",
    "container=bbb: 3 relevant events, 0 alerts",
    "  near miss 2026-01-05T11:10:00.000Z, 0 of 2 conditions",
    "    ✗ probe       2 × probe (≥ 3): 1 missing",
    "    ✗ not escape  1 × escape (≥ 1)",
  ]);
});

test("A group that a rule lists is told of, though no event is of it; groups are named as people write them", async () => {
  const silence = folder.file(
    "silence.yml",
    `id: silence
window: 1h
group_by: details.src.host
for_each: { details.src.host: [h1, h2] }
conditions: [{ type: event_count, where: { type: probe }, operator: "<", threshold: 1 }]
`,
  );
  const beats = folder.file(
    "beats.ndjson",
    ["10:00:00", "10:59:00", "11:59:00", "12:30:00"]
      .map((time) => event(time, "probe", "aaa", { src: { host: "h1" } }))
      .join(""),
  );
  const { results } = await corral("rules", "explain", silence, "--events", beats);
  expect(results.filter((line) => line.startsWith("details.src.host"))).toEqual([
    "details.src.host=h2: 0 relevant events, 1 alert",
    "details.src.host=h1: 4 relevant events, 0 alerts",
  ]);
  const one = await corral("rules", "explain", silence, "--events", beats, "--group", "details.src.host=h2");
  expect(one.results.slice(-2)).toEqual([
    "  alert 2026-01-05T11:00:00.000Z, last seen 2026-01-05T12:00:00.000Z, 0 events",
    "    ✓ probe  0 × probe (< 1)",
  ]);
});

test("One group, by key or value; one that no event belongs to", async () => {
  const byKey = await corral("rules", "explain", rule, "--events", events, "--group", "container=bbb");
  const byValue = await corral("rules", "explain", rule, "--events", events, "--group", "bbb");
  expect(byKey).toEqual(byValue);
  expect(byKey.results.filter((line) => line.startsWith("container="))).toEqual([
    "container=bbb: 3 relevant events, 0 alerts",
  ]);
  expect((await corral("rules", "explain", rule, "--events", events, "--group", "zzz")).notes.at(-1)).toBe(
    "Cannot explain the group: some event must belong to it: current value is zzz; there are container=aaa, container=bbb, container=ccc",
  );
});

test("A condition to which no event at all is relevant", async () => {
  const other = folder.file("other.ndjson", event("10:00:00", "probe", "aaa", { port: 22 }));
  const { results } = await corral("rules", "explain", rule, "--events", other, "--group", "aaa");
  expect(results[2]).toBe("");
  const absent = folder.file("absent.ndjson", event("10:00:00", "login", "aaa"));
  expect((await corral("rules", "explain", rule, "--events", absent)).results).toEqual([
    "escape: window 10m, by container",
    "1 event, 0 relevant in 0 groups, 0 late: 0 alerts",
    "no event is relevant to probe: no event of type probe",
    "no event is relevant to steps: no event of type probe or escape",
  ]);
});

test("A rule by its id, among those of --rules", async () => {
  const { code, results } = await corral("rules", "explain", "escape", "--rules", rule, "--events", events);
  expect([code, results[0]]).toEqual([exitCode.ok, "escape: window 10m, by container"]);
  expect(await corral("rules", "explain", "escpae", "--rules", rule, "--events", events)).toMatchObject({
    code: exitCode.usage,
    notes: ['Cannot explain a rule: "escpae" is no rule file and no rule\'s id; did you mean "escape"?'],
  });
});

test("A rule that reads other rules' alerts sees them", async () => {
  const chain = folder.file(
    "chain.yml",
    `id: scan
window: 1m
conditions: [{ type: event_count, where: { type: probe } }]
actions: [{ emit: { type: scan_seen } }]
---
id: outer
window: 1h
conditions:
  - { type: event_count, where: { type: scan_seen } }
  - { type: event_count, where: { type: escape }, threshold: 2 }
`,
  );
  const { results } = await corral(
    "rules",
    "explain",
    "outer",
    "--rules",
    chain,
    "--events",
    events,
    "--group",
    "aaa",
  );
  expect(results.slice(-3)).toEqual([
    "  near miss 2026-01-05T10:01:00.000Z, 1 of 2 conditions",
    "    ✓ scan_seen  1 × scan_seen (≥ 1)",
    "    ✗ escape     1 × escape (≥ 2): 1 missing",
  ]);
});

test("The alert of the attack story that ships is explained", async () => {
  const root = join(import.meta.dirname, "../..");
  const story = join(root, "examples/attack-story.ndjson");
  const shipped = join(root, "rules/container_escape_attempt.yml");
  const { results } = await corral("rules", "explain", shipped, "--events", story);
  expect(results).toContain("    ✓ event_sequence         capability_added → namespace_change");
  expect(results.join("\n")).toContain("2 of 3 conditions");
});

test("Without events, or with a file that is not there, it is a fault of the call", async () => {
  expect((await corral("rules", "explain", rule)).code).toBe(exitCode.usage);
  expect((await corral("rules", "explain", rule, "--events", join(folder.path, "none"))).code).toBe(3);
});
