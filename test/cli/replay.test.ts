import { expect, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import { corral, Folder, goodRule } from "./support.ts";

async function run(...words: readonly string[]): Promise<{ readonly code: number; readonly notes: string }> {
  const notes: string[] = [];
  const output = { result: () => {}, note: (line: string) => void notes.push(line), colour: false };
  return { code: await main(["replay", ...words], output), notes: notes.join("\n") };
}

test.each([
  [["--topic", "events.raw", "some.ndjson"], "it takes files or --topic"],
  [[], "it takes files or --topic"],
  [["some.ndjson", "--since", "7d"], "--since and --until go with --topic"],
  [["--topic", "events.raw", "--since", "1d", "--until", "2d"], "--since must be before --until"],
  [["--topic", "events.raw", "--since", "yesterday"], "how long ago, like 7d"],
  [["--topic", "alerts"], "--topic must be events.enriched or events.raw: current value is alerts"],
])("%j is a fault of usage", async (words, message) => {
  const { code, notes } = await run(...words);
  expect(notes).toContain(message);
  expect(code).toBe(3);
});

test("--shadow prints how rules on trial differ from the live ones", async () => {
  const folder = new Folder();
  const trial = goodRule
    .replace("window: 1m", "window: 1m\nmode: shadow")
    .replace("threshold: 2", "threshold: 1");
  folder.file("rules/live.yml", goodRule);
  folder.file("rules/trial.yml", trial);
  const event = (container: string, second: number) =>
    JSON.stringify({
      id: `${container}-${second}`,
      timestamp: 1_700_000_000_000 + second * 1000,
      type: "login",
      container_id: container,
    });
  const events = folder.file("events.ndjson", [event("c1", 0), event("c1", 1), event("c2", 2)].join("\n"));
  const { results } = await corral("replay", events, "--rules", `${folder.path}/rules`, "--shadow");
  expect(results[0]?.split("\n").map((line) => line.split(/\s{2,}/))).toEqual([
    ["rule", "both", "only live", "only shadow"],
    ["logins", "1", "0", "1"],
  ]);
  expect(results.slice(1)).toEqual([
    expect.stringMatching(/^logins: only shadow: 2023-11-14T22:13:22.000Z medium container=c2 /),
  ]);
  folder.remove();
});

test("several files are partitions of one log: merged by event time, none of them late for the other", async () => {
  const folder = new Folder();
  const rules = folder.file("rules/live.yml", goodRule);
  const login = (id: string, second: number) =>
    JSON.stringify({ id, timestamp: 1_700_000_000_000 + second * 1000, type: "login", container_id: "c1" });
  // Ten minutes in each, and every login of one is near one of the other.
  const minutes = Array.from({ length: 10 }, (_, minute) => minute);
  const [a, b] = [
    minutes.map((at) => login(`a${at}`, at * 180)),
    minutes.map((at) => login(`b${at}`, at * 180 + 30)),
  ];
  const one = folder.file("a.ndjson", a.join("\n"));
  const other = folder.file("b.ndjson", b.join("\n"));
  const found = async (...files: readonly string[]) => {
    const { results, notes } = await corral("replay", ...files, "--rules", rules, "--format", "ndjson");
    const alerts = results.map(
      (line) => JSON.parse(line) as { opened_at: number; evidence: readonly string[] },
    );
    return { alerts: alerts.map(({ evidence }) => evidence), note: notes.at(-1) };
  };
  const pairs = minutes.map((at) => [`a${at}`, `b${at}`]);
  expect(await found(one, other)).toEqual({
    alerts: pairs,
    note: "20 events, 0 late, 0 not read, 1 rule, 10 alerts",
  });
  expect(await found(other, one)).toEqual(await found(one, other));
  // One behind the other is another thing.
  const both = folder.file("both.ndjson", [...a, ...b].join("\n"));
  expect((await found(both)).note).toMatch(/^20 events, 9 late, /);
  folder.remove();
});
