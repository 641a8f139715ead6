import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import { exitCode } from "../../src/cli/output.ts";

const folder = mkdtempSync(join(tmpdir(), "corral-rules-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function corral(...words: readonly string[]) {
  const results: string[] = [];
  const notes: string[] = [];
  const code = await main(words, {
    result: (line) => results.push(line),
    note: (line) => notes.push(line),
    colour: false,
  });
  return { code, results, notes };
}

const rule = `id: logins
window: 1m
conditions:
  - { type: event_count, where: { type: login }, threshold: 2 }
tests:
  - name: two logins
    any_order: true
    events:
      - { at: 0s, type: login, container_id: c1 }
      - { at: 60s, type: login, container_id: c1 }
    expect: [{ at: 60s, events: [0, 1], group: { container: c1 } }]
  - name: one login
    events:
      - { at: 0s, type: login, container_id: c1 }
    expect: []
`;
const good = file("good.yml", rule);
const wrong = file(
  "wrong.yml",
  rule.replace("id: logins", "id: wrong").replace("{ at: 60s, events", "{ at: 59s, events"),
);
const faulty = file(
  "faulty.yml",
  "id: faulty\nwindwo: 1m\nconditions:\n  - { type: event_count, where: { a: b } }\n",
);

test("rules check says how many there are, and nothing else where all is well", async () => {
  expect(await corral("rules", "check", good)).toEqual({
    code: exitCode.ok,
    results: [],
    notes: ["1 file, 1 rule, 0 faults"],
  });
});

test("rules check prints every fault with its place", async () => {
  expect(await corral("rules", "check", good, faulty)).toEqual({
    code: exitCode.ruleError,
    results: [`${faulty}:2:1 unknown-key windwo: "windwo" is no key here; did you mean "window"?`],
    notes: ["2 files, 1 rule, 1 fault"],
  });
});

test("rules check of the shipped rules finds none", async () => {
  const { code, results } = await corral("rules", "check", join(import.meta.dirname, "../../rules"));
  expect([code, results]).toEqual([exitCode.ok, []]);
});

test("rules test runs the tests that the files carry", async () => {
  expect(await corral("rules", "test", good)).toEqual({
    code: exitCode.ok,
    results: [good, "  ✓ two logins", "  ✓ one login", "2 passed, 0 failed"],
    notes: [],
  });
});

test("rules test shows expectation and outcome where they differ", async () => {
  const { code, results } = await corral("rules", "test", wrong);
  expect(code).toBe(exitCode.findings);
  expect(results).toEqual([
    wrong,
    "  ✗ two logins",
    '      expected  {"at":"59s","group":{"container":"c1"},"events":[0,1]}',
    "                at: expected 59000, got 60000",
    "      got        wrong at 1m, container c1, last seen 1m, 2 events, opened by [0, 1], closed",
    "  ✓ one login",
    "1 passed, 1 failed",
  ]);
});

test("rules test runs those whose name matches", async () => {
  const { results } = await corral("rules", "test", good, "--run", "^one");
  expect(results).toEqual([good, "  ✓ one login", "1 passed, 0 failed"]);
});

test("rules test goes on past a file with faults, and ends with their code", async () => {
  const { code, results } = await corral("rules", "test", faulty, wrong);
  expect(code).toBe(exitCode.ruleError);
  expect(results.at(-1)).toBe("1 passed, 1 failed, 1 file with faults");
});

test("rules test of the shipped rules passes", async () => {
  const { code, results } = await corral("rules", "test", join(import.meta.dirname, "../../rules"));
  expect(code).toBe(exitCode.ok);
  expect(results.at(-1)).toMatch(/^\d+ passed, 0 failed$/);
});

test("a path that is not there, or a pattern that is none, is a fault of the call", async () => {
  expect(await corral("rules", "check", join(folder, "nothing"))).toMatchObject({ code: exitCode.usage });
  expect(await corral("rules", "test", good, "--run", "(")).toMatchObject({ code: exitCode.usage });
});
