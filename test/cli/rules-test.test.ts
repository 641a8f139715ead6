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
