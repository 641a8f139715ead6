import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { exitCode } from "../../src/cli/output.ts";
import { corral, Folder, goodRule, sigmaRule, sigmaTests } from "./support.ts";

const folder = new Folder();
afterAll(() => folder.remove());

const good = folder.file("good.yml", goodRule);
const faulty = folder.file(
  "faulty.yml",
  "id: faulty\nwindwo: 1m\nconditions:\n  - { type: event_count, where: { a: b }, thresold: 2 }\n",
);
const doubtful = folder.file(
  "doubtful.yml",
  goodRule.replace("id: logins", "id: doubtful").split("tests:")[0]!,
);
const untested = `${doubtful}:1:5 untested id: "doubtful" has no test in which it fires and no test in which it stays silent`;
const windwo = 'windwo: "windwo" is no key here; did you mean "window"?';
const thresold = 'conditions.0.thresold: "thresold" is no key here; did you mean "threshold"?';

test("All well: nothing but how many there are", async () => {
  expect(await corral("rules", "check", good)).toEqual({
    code: exitCode.ok,
    results: [],
    notes: ["1 file, 1 rule, 0 faults, 0 findings"],
  });
});

test("Faults with their places, findings apart from them; faults decide the exit code", async () => {
  expect(await corral("rules", "check", good, faulty, doubtful)).toEqual({
    code: exitCode.ruleError,
    results: [
      `${faulty}:2:1 unknown-key ${windwo}`,
      `${faulty}:4:43 unknown-key ${thresold}`,
      "findings:",
      untested,
    ],
    notes: ["3 files, 2 rules, 2 faults, 1 finding"],
  });
});

test("Findings alone have an exit code of their own", async () => {
  const { code, results } = await corral("rules", "check", doubtful);
  expect([code, results]).toEqual([exitCode.findings, ["findings:", untested]]);
});

test("A bad path, format or configuration is a fault of the call", async () => {
  const config = folder.file("corral.yaml", "calendar: { late: { from: x } }\n");
  for (const words of [[join(folder.path, "none")], [good, "--format", "xml"], [good, "--config", config]]) {
    expect((await corral("rules", "check", ...words)).code).toBe(exitCode.usage);
  }
});

test("Time patterns and lists come from the configuration", async () => {
  const rule = folder.file(
    "night.yml",
    goodRule
      .replace("id: logins", "id: night")
      .replace("tests:", "  - { type: time_pattern, pattern: night }\ntests:"),
  );
  expect((await corral("rules", "check", rule)).code).toBe(exitCode.ruleError);
  const config = folder.file("night.yaml", 'calendar: { night: { from: "22:00", to: "06:00" } }\n');
  expect((await corral("rules", "check", rule, "--config", config)).code).toBe(exitCode.ok);
});

test("JSON", async () => {
  const { results } = await corral("rules", "check", faulty, doubtful, "--format", "json");
  expect(JSON.parse(results.join("\n"))).toEqual({
    faults: [
      { code: "unknown-key", file: faulty, line: 2, column: 1, message: windwo },
      { code: "unknown-key", file: faulty, line: 4, column: 43, message: thresold },
    ],
    findings: [expect.objectContaining({ code: "untested", file: doubtful, line: 1, column: 5 })],
  });
});

test("SARIF 2.1.0", async () => {
  const { results } = await corral("rules", "check", faulty, doubtful, "--format", "sarif");
  const log = JSON.parse(results.join("\n"));
  expect(log).toMatchObject({ version: "2.1.0", runs: [{ tool: { driver: { name: "corral" } } }] });
  const [run] = log.runs;
  expect(run.results).toEqual([
    {
      ruleId: "unknown-key",
      ruleIndex: expect.any(Number),
      level: "error",
      message: { text: windwo },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: `file://${faulty}` },
            region: { startLine: 2, startColumn: 1 },
          },
        },
      ],
    },
    expect.objectContaining({ ruleId: "unknown-key", message: { text: thresold } }),
    expect.objectContaining({ ruleId: "untested", level: "warning" }),
  ]);
  for (const { ruleId, ruleIndex } of run.results) expect(run.tool.driver.rules[ruleIndex].id).toBe(ruleId);
});

test("Workflow commands of GitHub", async () => {
  const { results } = await corral("rules", "check", faulty, doubtful, "--format", "github");
  expect(results).toEqual([
    `::error file=${faulty},line=2,col=1,title=unknown-key::${windwo}`,
    `::error file=${faulty},line=4,col=43,title=unknown-key::${thresold}`,
    `::warning file=${doubtful},line=1,col=5,title=untested::id: "doubtful" has no test in which it fires and no test in which it stays silent`,
  ]);
});

test("How much state a group can hold is told to the person, not in the result", async () => {
  const { results, notes } = await corral("rules", "check", good, "--verbose");
  expect(results).toEqual([]);
  expect(notes.join("\n")).toMatch(/rule +bytes a group at most\nlogins +\d{6}\n/);
});

test("Files of tests are checked too, and come along with a rule that is named", async () => {
  folder.file("sigma/shell.yml", sigmaRule);
  const tests = folder.file("sigma/shell.test.yml", `${sigmaTests}expct: []\n`);
  const wanted = [
    `${tests}:6:1 unknown-key expct: "expct" is no key here; known are rules, pipelines, tests`,
  ];
  const { results } = await corral("rules", "check", join(folder.path, "sigma"));
  expect(results.filter((line) => line.includes("unknown-key"))).toEqual(wanted);
  const named = await corral("rules", "check", join(folder.path, "sigma/shell.yml"));
  expect(named.results.filter((line) => line.includes("unknown-key"))).toEqual(wanted);
});

test("What files of tests name elsewhere is looked at too, once; what cannot be read is a fault at its place", async () => {
  const own = new Folder();
  const mapping = own.file("mapping.yml", "transformations: [{ type: nothing }]\n");
  own.file("sigma/shell.yml", sigmaRule);
  const named = sigmaTests.replace("tests:", "pipelines: [../mapping.yml]\ntests:");
  own.file("sigma/shell.test.yml", named);
  own.file("sigma/again.test.yml", named);
  const gone = own.file("sigma/gone.test.yml", sigmaTests.replace("[shell.yml]", "[shell.yml, gone.yml]"));
  const { code, results } = await corral("rules", "check", join(own.path, "sigma"));
  expect(code).toBe(exitCode.ruleError);
  expect(results.filter((line) => line.includes("mapping.yml"))).toEqual([
    `${mapping}:1:27 bad-value transformations.0.type: one of field_name_mapping, add_condition, detection_item_failure: found "nothing"`,
  ]);
  expect(results).toContain(
    `${gone}:1:20 unreadable rules.1: Cannot read rules: the path must exist: current value is ${join(own.path, "sigma/gone.yml")}`,
  );
  own.remove();
});

test("Tests beside a rule count as its own", async () => {
  const own = new Folder();
  const [rule, tests] = goodRule.split("tests:\n") as [string, string];
  own.file("logins.yml", rule);
  const untested = /untested id: "logins" has no test in which it (.*)/;
  expect((await corral("rules", "check", own.path)).results[1]).toMatch(untested);
  own.file("logins.test.yml", `rules: [logins.yml]\ntests:\n${tests}`);
  expect((await corral("rules", "check", own.path)).code).toBe(exitCode.ok);
  // Of two rules an expectation that names none may mean the other one.
  own.file("other.yml", goodRule.replace("id: logins", "id: other").replaceAll("login,", "logout,"));
  own.file(
    "logins.test.yml",
    `rules: [logins.yml, other.yml]\ntests:\n${tests.replace(/ {2}- name: one.*/s, "")}`,
  );
  expect((await corral("rules", "check", own.path)).code).toBe(exitCode.ok);
  own.remove();
});

test("An alert that no rule raises is told where all rules are there to be looked at", async () => {
  const own = new Folder();
  const reader = goodRule
    .replace("id: logins", "id: reader")
    .replaceAll("type: login,", "type: alert.logons,")
    .replaceAll("type: login }", "type: alert.logons }");
  const file = own.file("reader.yml", reader);
  own.file("logins.yml", goodRule);
  expect((await corral("rules", "check", file)).code).toBe(exitCode.ok);
  expect(await corral("rules", "check", own.path)).toMatchObject({
    code: exitCode.findings,
    results: [
      "findings:",
      `${file}:4:41 unknown-rule conditions.0.where.type: no rule that is checked raises "alert.logons"; did you mean "alert.logins"?`,
    ],
  });
  own.file("faulty.yml", "id: logons\n");
  expect((await corral("rules", "check", own.path)).results.join()).not.toContain("unknown-rule");
  own.remove();
});

test("The shipped rules have no faults and no findings", async () => {
  const { code, results } = await corral("rules", "check", join(import.meta.dirname, "../../rules"));
  expect([code, results]).toEqual([exitCode.ok, []]);
});
