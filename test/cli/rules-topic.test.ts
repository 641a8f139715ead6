/** What `rules push`, `list` and `diff` say without a server; with one: test/integration/rules-topic.test.ts. */
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { exitCode } from "../../src/cli/output.ts";
import { changeLines } from "../../src/cli/rule-change-lines.ts";
import { Bench, rule } from "../app/rules-topic-support.ts";
import { corral, Folder, goodRule } from "./support.ts";

const folder = new Folder();
afterAll(() => folder.remove());
afterEach(() => vi.unstubAllEnvs());

const good = folder.file("good.yml", goodRule);
const nowhere = ["--kafka-brokers", "127.0.0.1:1"];

test("Without Kafka they end as what needs a service that is away", async () => {
  for (const words of [["push", good], ["diff", good], ["list"]]) {
    const { code, results, notes } = await corral("rules", ...words, ...nowhere);
    expect([code, results]).toEqual([exitCode.unreachable, []]);
    expect(notes.join("\n")).toContain("Cannot reach Kafka");
  }
});

test("A bad call is told before anything is asked of Kafka", async () => {
  for (const words of [
    ["push"],
    ["diff"],
    ["push", `${folder.path}/none`, ...nowhere],
    ["diff", `${folder.path}/none`, ...nowhere],
    ["push", good, "--rules-topic", "maybe", ...nowhere],
    ["list", "--format", "xml", ...nowhere],
  ]) {
    expect([words, (await corral("rules", ...words)).code]).toEqual([words, exitCode.usage]);
  }
});

test("A flag of yes or no may stand alone", async () => {
  const shown = async (...words: readonly string[]) =>
    (await corral("config", "show", ...words)).results
      .join("\n")
      .match(/^rules_topic +(\S+) +(.*)$/m)
      ?.slice(1);
  expect(await shown()).toEqual(["false", "default"]);
  expect(await shown("--rules-topic")).toEqual(["true", "flag --rules-topic"]);
  expect(await shown("--rules-topic", "--role", "enrich")).toEqual(["true", "flag --rules-topic"]);
  expect(await shown("--rules-topic", "false")).toEqual(["false", "flag --rules-topic"]);
  vi.stubEnv("CORRAL_RULES_TOPIC", "true");
  expect(await shown()).toEqual(["true", "environment CORRAL_RULES_TOPIC"]);
  expect(await shown("--config", folder.file("c.yaml", "rules_topic: false\n"))).toEqual([
    "true",
    "environment CORRAL_RULES_TOPIC",
  ]);
  vi.unstubAllEnvs();
  expect((await shown("--config", folder.file("c.yaml", "rules_topic: true\n")))?.[0]).toBe("true");
});

test("One line for each change, and how many stay", async () => {
  const bench = await Bench.open();
  for (const id of ["a", "b", "c"]) bench.file(`${id}.yml`, rule(id));
  await bench.push();
  bench.file("a.yml", rule("a", 3));
  bench.file("b.yml", `---\n${rule("b")}`);
  bench.file("d.yml", rule("d"));
  const lines = changeLines(await bench.push()).map((line) => line.replaceAll(`${bench.folder}/`, ""));
  expect(lines).toEqual([
    "changed    a (a.yml:1): windows begin anew",
    "added      d (d.yml:1)",
    "unchanged  2 (1 at another place in the files)",
  ]);
  bench.close();
});
