import { expect, test } from "vitest";
import { main } from "../../src/cli/main.ts";

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
