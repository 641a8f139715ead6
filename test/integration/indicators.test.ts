/** Feeds to the topic and back: the commands against real servers. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stringify } from "yaml";
import { main } from "../../src/cli/main.ts";
import { confluentApi } from "../services/registry.ts";
import { describeWithServices } from "../services/services.ts";
import { Installation } from "./support/installation.ts";

const folder = mkdtempSync(join(tmpdir(), "corral-indicators-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describeWithServices(
  "kafka",
  "redis",
  "registry",
)("indicators", ({ kafka, redis, registry }) => {
  const corral = new Installation({ kafka, redis, registry: confluentApi(registry) });
  const list = file("list.txt", "bad.example\n203.0.113.0/24\nnonsense\n");
  const config = file(
    "corral.yml",
    stringify({
      indicators: {
        feeds: [{ name: "ours", path: list, format: "plain_list", threat: "A pool", confidence: 80 }],
        allow: ["fine.bad.example"],
      },
    }),
  );
  beforeAll(() => corral.createTopics());
  afterAll(() => corral.close());

  async function indicators(...words: readonly string[]) {
    const results: string[] = [];
    const notes: string[] = [];
    const code = await main(
      [
        "indicators",
        ...words,
        "--config",
        config,
        "--kafka-brokers",
        kafka,
        "--prefix",
        corral.prefix,
        "--registry-url",
        confluentApi(registry),
      ],
      { result: (line) => results.push(line), note: (line) => notes.push(line), colour: false },
    );
    return { code, results, notes };
  }

  test("what a feed lists is found, counted, and taken back when it goes", async () => {
    expect(await indicators("sync", "--once")).toEqual({
      code: 0,
      results: [
        "ours: read, 2 indicators, 2 written, 0 taken back",
        'ours: 1 left out, bad-domain, such as "nonsense"',
      ],
      notes: [],
    });
    expect((await indicators("sync", "--once")).results[0]).toBe(
      "ours: read, 2 indicators, 0 written, 0 taken back",
    );
    expect(
      await indicators("check", "a.bad.example", "203.0.113.9", "fine.bad.example", "http://bad.example/x"),
    ).toEqual({
      code: 1,
      results: [
        "a.bad.example: domain bad.example of ours; confidence 80; A pool",
        "203.0.113.9: cidr 203.0.113.0/24 of ours; confidence 80; A pool",
        "fine.bad.example: nothing known",
        "http://bad.example/x: domain bad.example of ours; confidence 80; A pool",
      ],
      notes: [],
    });
    const { results } = await indicators("stats");
    expect(results[0]?.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
      ["feed", "type", "indicators", "valid now", "newest"],
      ["ours", "cidr", "1", "1"],
      ["ours", "domain", "1", "1"],
    ]);

    writeFileSync(list, "203.0.113.0/24\n");
    expect((await indicators("sync", "--once")).results).toEqual([
      "ours: read, 1 indicators, 0 written, 1 taken back",
    ]);
    expect(await indicators("check", "a.bad.example")).toMatchObject({ code: 0 });
  });

  test("a feed that cannot be read is a finding, and keeps what it said", async () => {
    rmSync(list);
    const { code, notes } = await indicators("sync", "--once");
    expect(code).toBe(1);
    expect(notes[0]).toContain("ours: failed, its 1 indicators stay");
    expect((await indicators("check", "203.0.113.9")).code).toBe(1);
    expect((await indicators("check", "no such thing")).code).toBe(3);
  });
});
