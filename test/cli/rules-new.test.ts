import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { exitCode } from "../../src/cli/output.ts";
import { templateTypes } from "../../src/cli/rule-template.ts";
import { conditionTypes } from "../../src/correlation/condition-types.ts";
import { corral, Folder } from "./support.ts";

const folder = new Folder();
afterAll(() => folder.remove());
const into = folder.path;

describe.each(conditionTypes.map(({ type }) => type))("A new rule of type %s", (type) => {
  test("loads, and one of its tests fails until it is filled in", async () => {
    const name = `new_${type}`;
    const { code, results } = await corral("rules", "new", "--type", type, name, "--into", into);
    expect([code, results]).toEqual([exitCode.ok, [join(into, `${name}.yml`)]]);
    const run = await corral("rules", "test", results[0]!);
    expect([run.code, run.results.at(-1)]).toEqual([exitCode.findings, "1 passed, 1 failed"]);
    expect((await corral("rules", "check", results[0]!)).code).toBe(exitCode.ok);
  });
});

test("It names its schema and itself", async () => {
  await corral("rules", "new", "--type", "event_count", "brute_force", "--into", into);
  const lines = readFileSync(join(into, "brute_force.yml"), "utf8").split("\n");
  expect(lines.slice(0, 3)).toEqual([
    expect.stringMatching(/^# yaml-language-server: \$schema=(\.\.\/)+.*schemas\/rule\.schema\.json$/),
    "id: brute_force",
    "name: Brute Force",
  ]);
});

test("No file is overwritten, no name or type is guessed", async () => {
  await corral("rules", "new", "--type", "event_count", "there_already", "--into", into);
  expect(
    await corral("rules", "new", "--type", "event_count", "there_already", "--into", into),
  ).toMatchObject({
    code: exitCode.usage,
    notes: [
      `Cannot write a rule: there must be no such file yet: current value is ${join(into, "there_already.yml")}`,
    ],
  });
  expect((await corral("rules", "new", "--type", "event_count", "Bad-Name", "--into", into)).code).toBe(3);
  expect((await corral("rules", "new", "--type", "count", "a", "--into", into)).notes).toEqual([
    `Cannot write a rule: --type must be one of ${templateTypes.join(", ")}: current value is count`,
  ]);
});
