import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, expect, test } from "vitest";
import { exitCode } from "../../src/cli/output.ts";
import { corral, Folder, goodRule, sigmaRule, sigmaTests } from "./support.ts";

const folder = new Folder();
afterAll(() => folder.remove());

const good = folder.file("good.yml", goodRule);
const wrongText = goodRule
  .replace("id: logins", "id: wrong")
  .replace("{ at: 60s, events", "{ at: 59s, events");
const wrong = folder.file("wrong.yml", wrongText);
const faulty = folder.file(
  "faulty.yml",
  "id: faulty\nwindwo: 1m\nconditions:\n  - { type: event_count, where: { a: b } }\n",
);
const fault = `${faulty}:2:1 unknown-key windwo: "windwo" is no key here; did you mean "window"?`;

test("Tests that files carry, by name", async () => {
  expect(await corral("rules", "test", good)).toEqual({
    code: exitCode.ok,
    results: [good, "  ✓ two logins", "  ✓ one login", "2 passed, 0 failed"],
    notes: [],
  });
});

test("Expected against got, and the window around the time that was expected", async () => {
  const { code, results } = await corral("rules", "test", wrong);
  expect(code).toBe(exitCode.findings);
  expect(results).toEqual([
    wrong,
    "  ✗ two logins",
    '      expected     {"at":"59s","group":{"container":"c1"},"events":[0,1]}',
    "                   at: expected 59s, got 1m",
    "      got          wrong at 1m, container c1, last seen 1m, 2 events, opened by [0, 1], closed",
    "      wrong, container=c1, window -1s to 59s:",
    "        [0]  0s  login  login",
    "        [1]  1m  login  login  later",
    "        ✗ login  1 × login (≥ 2): 1 missing",
    "      wrong, container=c1, window 0s to 1m:",
    "        [0]  0s  login  login",
    "        [1]  1m  login  login",
    "        ✓ login  2 × login (≥ 2)",
    "  ✓ one login",
    "1 passed, 1 failed",
  ]);
});

/** What is printed of the first test of a file with these rules. */
async function failureOf(name: string, text: string): Promise<readonly string[]> {
  const { code, results } = await corral("rules", "test", folder.file(name, text));
  expect(code).toBe(exitCode.findings);
  return results.slice(2, -1).map((line) => line.trim());
}

test("What a rule wants not to happen is shown as what it is, and how conditions are joined", async () => {
  const text = `id: alone
window: 10s
conditions:
  open: { type: event_count, where: { type: open } }
  login: { type: event_count, where: { type: login } }
  drill: { type: event_count, where: { type: drill } }
match: (open or login) and not drill
tests:
  - name: without a drill
    events: [{ at: 0s, type: open, container_id: c1 }, { at: 5s, type: drill, container_id: c1 }]
    expect: [{ at: 10s }]
`;
  expect(await failureOf("alone.yml", text)).toEqual([
    'expected     {"at":"10s"}',
    "alone, container=c1, window 0s to 10s:",
    "[0]  0s  open   open",
    "[1]  5s  drill  drill",
    "✓ open       1 × open (≥ 1)",
    "✗ login      0 × login (≥ 1): no event of type login",
    "✗ not drill  1 × drill (≥ 1)",
    "✗ match      (open or login) and not drill",
  ]);
});

test("What a sequence forbids is part of the window", async () => {
  const text = `id: unscanned
window: 10m
conditions: [{ type: event_sequence, sequence: [load, { not: { where: { type: scan } } }, run] }]
tests:
  - name: unscanned
    events:
      - { at: 0s, type: load, container_id: c1 }
      - { at: 5s, type: scan, container_id: c1 }
      - { at: 10s, type: run, container_id: c1 }
    expect: [{ at: 10s }]
`;
  expect(await failureOf("unscanned.yml", text)).toEqual([
    'expected     {"at":"10s"}',
    "unscanned, container=c1, window -9m50s to 10s:",
    "[0]  0s   load  event_sequence",
    "[1]  5s   scan  event_sequence: must not be there",
    "[2]  10s  run   event_sequence",
    "✗ event_sequence  load → no scan → run (1/2): step 2 (run) not reached: scan, which must not be there, came before it",
  ]);
});

test("Of several rules the one is shown that the events are about; a rule that is none is told so", async () => {
  const two = `id: other
window: 1m
conditions: [{ type: event_count, where: { type: other }, threshold: 2 }]
---
${goodRule.replace("{ at: 60s, type: login, container_id: c1 }", "{ at: 61s, type: login, container_id: c1 }")}`;
  expect((await failureOf("two.yml", two))[1]).toBe("logins, container=c1, window 0s to 1m:");
  const named = two.replace("expect: [{ at: 60s", "expect: [{ rule: logons, at: 60s");
  expect((await failureOf("named.yml", named)).slice(1, 2)).toEqual([
    '"logons" is no rule that is tested; did you mean "logins"?',
  ]);
});

test("Where no event is relevant it says why, and of another group which", async () => {
  const mistyped = goodRule.replaceAll("type: login, container_id", "type: logon, container_id");
  expect((await failureOf("mistyped.yml", mistyped)).slice(1, 3)).toEqual([
    "logins: no event is relevant",
    "✗ login: no event of type login",
  ]);
  const elsewhere = goodRule.replace("group: { container: c1 }", "group: { container: c2 }");
  expect((await failureOf("elsewhere.yml", elsewhere)).slice(1, 4)).toEqual([
    'group: expected {"container":"c2"}, got {"container":"c1"}',
    "got          logins at 1m, container c1, last seen 1m, 2 events, opened by [0, 1], closed",
    "logins: no event is relevant in this group",
  ]);
});

test("A bare expectation leaves the alert that another one describes to it", async () => {
  const events = "[{ at: 0s, type: login, container_id: a }, { at: 5m, type: login, container_id: a }]";
  const text = goodRule
    .replace("threshold: 2", "threshold: 1")
    .replace(/tests:.*/s, `tests:\n  - { name: n, events: ${events}, expect: [{}, { at: 0s }] }\n`);
  const { results } = await corral("rules", "test", folder.file("bare.yml", text));
  expect(results.at(-1)).toBe("1 passed, 0 failed");
});

test("Those whose name matches", async () => {
  const { results } = await corral("rules", "test", good, "--run", "^one");
  expect(results).toEqual([good, "  ✓ one login", "1 passed, 0 failed"]);
  expect(await corral("rules", "test", good, "--run", "(")).toMatchObject({
    code: exitCode.usage,
    notes: ["Cannot choose tests: --run must be a regular expression: current value is ("],
  });
});

test("No test at all is said", async () => {
  const nothing = new Folder();
  expect(await corral("rules", "test", nothing.path)).toMatchObject({
    code: exitCode.ok,
    notes: ["there are no tests"],
  });
  nothing.remove();
  expect((await corral("rules", "test", good, "--run", "three")).notes).toEqual([
    "no test has a name that matches --run three",
  ]);
});

test("On past a file with faults, which decides the exit code", async () => {
  const { code, results } = await corral("rules", "test", faulty, wrong);
  expect(code).toBe(exitCode.ruleError);
  expect(results.slice(0, 2)).toEqual([faulty, `  ${fault}`]);
  expect(results.at(-1)).toBe("1 passed, 1 failed, 1 file with faults");
});

test("Tests of rules that cannot carry their own", async () => {
  folder.file("sigma/shell.yml", sigmaRule);
  const tests = folder.file("sigma/shell.test.yml", sigmaTests);
  const wanted = [tests, "  ✓ a shell", "1 passed, 0 failed"];
  expect((await corral("rules", "test", tests)).results).toEqual(wanted);
  // Alone the rule is refused, for want of a field mapping; its tests do without.
  const whole = await corral("rules", "test", join(folder.path, "sigma"));
  expect([whole.code, whole.results]).toEqual([exitCode.ok, wanted]);
});

test("A JUnit report", async () => {
  const report = join(folder.path, "junit.xml");
  await corral("rules", "test", good, faulty, wrong, "--junit", report);
  const text = readFileSync(report, "utf8");
  expect(text).toContain(`<testsuite name="${good}" tests="2" failures="0" errors="0"`);
  expect(text).toContain(`<testsuite name="${faulty}" tests="1" failures="0" errors="1"`);
  expect(text).toContain(`<testsuite name="${wrong}" tests="2" failures="1" errors="0"`);
  expect(text).toContain('<failure message="expected     {&quot;at&quot;:&quot;59s&quot;');
  expect(text).toContain("1 × login (≥ 2): 1 missing");
  const nowhere = join(folder.path, "nowhere/junit.xml");
  expect((await corral("rules", "test", good, "--junit", nowhere)).code).toBe(exitCode.usage);
});

test("Again whenever a file changes, while it is watched", async () => {
  const path = folder.file("watched/rule.yml", wrongText);
  const program = join(import.meta.dirname, "../../bin/corral.js");
  const child = spawn(process.execPath, [program, "rules", "test", path, "--watch"]);
  let saving: NodeJS.Timeout | undefined;
  try {
    const summaries: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      if (!/passed/.test(line)) continue;
      summaries.push(line);
      if (summaries.length === 2) break;
      // The watcher starts behind the first summary; saving again and again reaches it whenever that is.
      saving = setInterval(() => writeFileSync(path, goodRule), 300);
    }
    expect(summaries).toEqual(["1 passed, 1 failed", "2 passed, 0 failed"]);
  } finally {
    clearInterval(saving);
    child.kill();
  }
});

test("The shipped rules pass theirs", async () => {
  const { code, results } = await corral("rules", "test", join(import.meta.dirname, "../../rules"));
  expect(code).toBe(exitCode.ok);
  expect(results.at(-1)).toMatch(/^\d+ passed, 0 failed$/);
});

test("a file in a folder called refused must not load", async () => {
  const own = new Folder();
  own.file("refused/bad.yml", "id: bad\nconditions: []\n");
  expect(await corral("rules", "test", own.path)).toMatchObject({
    code: 0,
    results: [
      expect.stringMatching(/bad\.yml$/),
      expect.stringContaining("✓ is refused: 2:"),
      "1 passed, 0 failed",
    ],
  });
  own.file("refused/good.yml", goodRule);
  expect(await corral("rules", "test", own.path)).toMatchObject({
    code: 1,
    results: expect.arrayContaining(["  ✗ is refused", "      it loads", "1 passed, 1 failed"]),
  });
  own.remove();
});
