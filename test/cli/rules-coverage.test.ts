import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { attackCoverage } from "../../src/app/attack-coverage.ts";
import { exitCode } from "../../src/cli/output.ts";
import { corral, Folder } from "./support.ts";

const folder = new Folder();
afterAll(() => folder.remove());

const rule = (id: string, tags: string) =>
  `id: ${id}\ntags: [${tags}]\nconditions: [{ type: event_count, where: { type: a } }]\n`;

test("A table by tactic, and a layer with a score for each technique", async () => {
  folder.file("one.yml", rule("one", "attack.privilege_escalation, attack.t1611, attack.T1053.003"));
  folder.file("two.yml", rule("two", "attack.t1611"));
  folder.file("three.yml", rule("three", "team.blue"));
  const out = join(folder.path, "out.json");
  const { code, results, notes } = await corral("rules", "coverage", folder.path, "--navigator", out);
  expect(code).toBe(exitCode.ok);
  const rows = results
    .join("\n")
    .split("\n")
    .map((line) => line.split(/ {2,}/));
  expect(rows[0]).toEqual(["tactic", "rules", "techniques"]);
  expect(rows).toHaveLength(15);
  expect(rows).toContainEqual(["privilege-escalation", "2", "T1053.003 T1611"]);
  expect(rows).toContainEqual(["execution", "1", "T1053.003"]);
  expect(rows).toContainEqual(["impact", "0"]);
  expect(notes).toEqual(["3 rules, 2 techniques, 3 of 14 tactics; no tag: three"]);

  const layer = JSON.parse(readFileSync(out, "utf8"));
  expect(layer).toMatchObject({
    name: "Corral rules",
    domain: "enterprise-attack",
    versions: { layer: "4.5" },
    gradient: { minValue: 0, maxValue: 2 },
  });
  expect(layer.techniques).toEqual([
    { techniqueID: "T1053", enabled: true, showSubtechniques: true },
    expect.objectContaining({ techniqueID: "T1053.003", score: 1, comment: "one" }),
    expect.objectContaining({ techniqueID: "T1611", score: 2, comment: "one, two" }),
  ]);
});

test("A technique that the matrix does not list counts for the tactics of its rules", () => {
  const { techniques } = attackCoverage([{ id: "a", tags: ["attack.t9999", "attack.command-and-control"] }]);
  expect(techniques).toEqual([{ id: "T9999", tactics: ["command-and-control"], rules: ["a"] }]);
});

test("Tactics are written with - or _, in any case; other tags are no matter", () => {
  const tags = ["attack.defense_evasion", "ATTACK.Credential-Access", "cve.2021-4034", "execution"];
  const { tactics } = attackCoverage([{ id: "a", tags }]);
  expect(tactics.filter(({ rules }) => rules.length > 0).map(({ tactic }) => tactic)).toEqual([
    "defense-evasion",
    "credential-access",
  ]);
});

test("A rule with faults has no coverage", async () => {
  const faulty = folder.file("faulty/rule.yml", "id: a\n");
  expect((await corral("rules", "coverage", faulty)).code).toBe(exitCode.ruleError);
});
