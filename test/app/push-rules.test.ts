import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { listTopicRules } from "../../src/app/list-topic-rules.ts";
import { ConfigError, TransientError } from "../../src/errors.ts";
import type { Log } from "../../src/transport/log.ts";
import { Bench, changesOf, codec, document, load, rule } from "./rules-topic-support.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.open();
});
afterEach(() => bench.close());

async function texts(): Promise<Readonly<Record<string, string>>> {
  const { state, documents } = await bench.reader().read();
  expect(state).toBe("whole");
  return Object.fromEntries([...documents].map(([key, { text }]) => [key, text]));
}

async function held(): Promise<readonly string[]> {
  const keys: string[] = Object.keys(await texts());
  return keys.sort((a, b) => (a < b ? -1 : 1));
}

describe("A push", () => {
  test("writes every document under its id, where it stands and what it says, and the set at the end", async () => {
    const file = bench.file("a.yml", `# two\n${rule("b")}---\n\n${rule("a")}`);
    const result = await bench.push();
    expect(changesOf(result)).toEqual(["added a", "added b"]);
    const records = await bench.records();
    expect(await bench.keys()).toEqual(["b", "a", "@set"]);
    expect(await codec.decode(records[1]!.value!)).toEqual({
      kind: "document",
      id: "a",
      file,
      line: 7,
      text: rule("a"),
    });
    expect(await codec.decode(records[2]!.value!)).toEqual({
      kind: "set",
      count: 2,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      pushed_at: bench.clock.now(),
    });
    expect(await texts()).toEqual({ a: rule("a"), b: `# two\n${rule("b")}` });
  });

  test("writes only what differs, and says what it comes to", async () => {
    for (const id of ["a", "b", "c", "d"]) bench.file(`${id}.yml`, rule(id));
    await bench.push();
    bench.file("a.yml", rule("a", 3));
    bench.file("b.yml", rule("b", 2, "severity: high\n"));
    bench.file("c.yml", `${rule("c")}# a comment\n`);
    const result = await bench.push();
    expect(changesOf(result)).toEqual(["changed a windows", "changed b words", "changed c nothing"]);
    expect([result.unchanged, result.moved]).toEqual([1, 0]);
    expect((await bench.keys()).slice(5)).toEqual(["a", "b", "c", "@set"]);
  });

  test("that has nothing to do writes nothing", async () => {
    bench.file("a.yml", rule("a"));
    await bench.push();
    const result = await bench.push();
    expect([result.written, result.changes, result.unchanged]).toEqual([false, [], 1]);
    expect(await bench.keys()).toEqual(["a", "@set"]);
  });

  test("keeps what the paths do not hold, and removes it with --prune before the set", async () => {
    const [a] = [bench.file("a.yml", rule("a")), bench.file("b.yml", rule("b"))];
    await bench.push();
    expect(changesOf(await bench.push({}, a))).toEqual([]);
    expect(changesOf(await bench.push({ prune: true }, a))).toEqual(["removed b"]);
    expect((await bench.keys()).slice(3)).toEqual(["-b", "@set"]);
    expect(Object.keys(await texts())).toEqual(["a"]);
  });

  test("that only tries writes nothing", async () => {
    bench.file("a.yml", rule("a"));
    const result = await bench.push({ dryRun: true });
    expect([changesOf(result), result.written]).toEqual([["added a"], false]);
    expect(await bench.keys()).toEqual([]);
  });

  test("keeps the places in the files true where documents have moved", async () => {
    bench.file("a.yml", rule("a"));
    await bench.push();
    const moved = `${rule("b")}---\n${rule("a")}`;
    bench.file("a.yml", moved);
    const result = await bench.push();
    expect([changesOf(result), result.moved]).toEqual([["added b"], 1]);
    expect((await bench.reader().read()).documents.get("a")!.line).toBe(5);
    bench.file("a.yml", moved.replace("---", "\n---"));
    expect(await bench.push()).toMatchObject({ written: true, changes: [], moved: 1 });
    expect((await bench.reader().read()).documents.get("a")!.line).toBe(6);
  });

  test("puts a shadow beside its rule", async () => {
    bench.file("a.yml", rule("a"));
    const { documentHead, documentKey } = await import("../../src/rules/document-head.ts");
    expect(documentKey(documentHead({ id: "a", mode: "shadow" }))).toBe("a@shadow");
    expect(documentKey(documentHead({ id: "a", mode: "live" }))).toBe("a");
    expect(documentKey(documentHead({ id: "A-1", detection: {}, mode: "shadow" }))).toBe("a-1@shadow");
  });

  test("says when there is no topic", async () => {
    bench.file("a.yml", rule("a"));
    const pushed = bench.push({
      log: new (await import("../../src/transport/memory/memory-log.ts")).MemoryLog(bench),
    });
    await expect(pushed).rejects.toThrow(ConfigError);
    await expect(pushed).rejects.toThrow("corral topics create");
  });
});

describe("Faults", () => {
  test("of the files are told at their places, and nothing is written", async () => {
    bench.file("a.yml", `${rule("a")}---\n${rule("b")}windw: 3m\n`);
    bench.file("broken.yml", 'id: "c\n---\nid: d\n');
    bench.file("none.yml", "window: 5m\n");
    expect((await bench.faults()).map((fault) => fault.replace(/ .*/, ""))).toEqual([
      "a.yml:8:1",
      "broken.yml:4:1",
      "none.yml:1:1",
      "none.yml:1:1",
    ]);
    expect(await bench.keys()).toEqual([]);
  });

  test("of what the topic holds are told where it was pushed from", async () => {
    const shell = bench.file("sigma.yml", `# shells\n---\n${sigma("shell")}---\n${counts("many", "shell")}`);
    await bench.push();
    bench.file("sigma.yml", sigma("other"));
    // Only "shell" goes, and what refers to it stays.
    expect(await bench.faults({ prune: true }, bench.file("many.yml", counts("many", "shell")))).toEqual([
      expect.stringMatching(/^many\.yml:4:10 \S+ .*"shell" is the id or name of no rule that is loaded/),
    ]);
    bench.file("sigma.yml", sigma("shell").replace("selection }", "selektion }"));
    expect(await bench.faults({}, shell)).toEqual([
      expect.stringMatching(/^sigma\.yml:4:58 .*"selektion" is no selection/),
      expect.stringMatching(/^sigma\.yml:12:10 .*"shell" has faults of its own/),
    ]);
    expect((await bench.keys()).length).toBe(3);
  });

  test("are two documents of one id in a push, whatever they are", async () => {
    bench.file("a.yml", rule("a"));
    bench.file("b.yml", `${rule("b")}---\n${rule("a", 5)}`);
    bench.file("c.yml", filter("quiet"));
    bench.file("d.yml", filter("quiet"));
    const faults = await bench.faults();
    expect(faults.filter((fault) => fault.includes("duplicate-id"))).toEqual([
      expect.stringMatching(/^b\.yml:5:1 duplicate-id id: "a" is taken by the .* at .*a\.yml:1$/),
      expect.stringMatching(/^d\.yml:1:1 duplicate-id id: "quiet" is taken by the document at .*c\.yml:1$/),
    ]);
    expect(await bench.keys()).toEqual([]);
  });

  test("are a field mapping without a name, and what no record can hold", async () => {
    bench.file("a.yml", mapping.replace("name: mine\n", ""));
    bench.file("b.yml", `${rule("b")}#${"x".repeat(900_000)}\n`);
    expect(await bench.faults()).toEqual([
      "a.yml:1:1 missing-name name: a field mapping must have one to be pushed",
      expect.stringMatching(/^b\.yml:1:1 too-large a document may have 900000 bytes/),
    ]);
  });
});

describe("Sigma documents", () => {
  test("of all kinds are pushed, and what refers to a changed one is told as renewed", async () => {
    bench.file(
      "shell.yml",
      `${sigma("shell")}---\n${counts("many", "shell")}---\n${filter("quiet")}---\n${mapping}`,
    );
    bench.file("plain.yml", sigma("Plain Shell").replace("name: Plain Shell\n", ""));
    await bench.push();
    expect(await bench.keys()).toEqual(["plain_shell", "shell", "many", "quiet", "mine", "@set"]);
    bench.file(
      "shell.yml",
      `${sigma("shell")}---\n${counts("many", "shell")}---\n${filter("quiet", "root")}---\n${mapping}`,
    );
    const result = await bench.push();
    expect([changesOf(result), result.renewed, result.unchanged]).toEqual([["changed quiet"], ["many"], 4]);

    const { rules, set, version } = listTopicRules(await bench.reader().read(), load);
    expect(rules.map(({ id, kind, severity, mode }) => [id, kind, severity, mode])).toEqual([
      ["many", "correlation", "medium", "live"],
      ["mine", "field mapping", null, "live"],
      ["plain_shell", "sigma rule", "medium", "live"],
      ["quiet", "filter", null, "live"],
      ["shell", "sigma rule", null, "live"],
    ]);
    expect([set?.count, version]).toEqual([5, result.version]);
  });
});

describe("What others do to the topic", () => {
  test("half a push counts for nothing, and the next push puts it right", async () => {
    const [a] = [bench.file("a.yml", rule("a")), bench.file("b.yml", rule("b"))];
    await bench.push();
    await bench.write(["a", document("a", rule("a", 9))], ["b", null], ["x", document("x", rule("x"))]);
    expect((await bench.reader().read()).state).toBe("half");
    const result = await bench.push({}, a);
    expect([changesOf(result), result.written]).toEqual([[], true]);
    expect(await texts()).toEqual({ a: rule("a"), b: rule("b") });
  });

  test("where half a push is all there is, the next one builds on it", async () => {
    await bench.write(["a", document("a", rule("a"))]);
    bench.file("b.yml", rule("b"));
    await bench.push();
    expect(await held()).toEqual(["a", "b"]);
  });

  test("what nobody can read is removed by the next push that writes", async () => {
    bench.file("a.yml", rule("a"));
    await bench.push();
    await bench.write(["a", "rubbish"], ["x", '{"kind":"list"}'], ["y", JSON.stringify({ kind: "set" })]);
    expect((await bench.reader().read()).state).toBe("half");
    await bench.push();
    expect((await bench.keys()).slice(5).sort()).toEqual(["-x", "-y", "@set", "a"]);
    expect(await texts()).toEqual({ a: rule("a") });
  });

  test("of two who push at the same time one begins anew, and both have their way", async () => {
    bench.file("a.yml", rule("a"));
    await bench.push();
    const b = bench.file("b.yml", rule("b"));
    const c = bench.file("c.yml", rule("c"));
    const result = await bench.push({ log: meanwhile(() => bench.push({}, c).then(() => {})) }, b);
    expect(result.written).toBe(true);
    expect(await held()).toEqual(["a", "b", "c"]);
    expect(await bench.keys()).toEqual(["a", "@set", "c", "@set", "b", "@set", "@set"]);
  });

  test("both at the very same time", async () => {
    const files = ["b", "c", "d"].map((id) => bench.file(`${id}.yml`, rule(id)));
    const pushes = await Promise.all(files.map((file) => bench.push({}, file)));
    expect(pushes.map(({ written }) => written)).toEqual([true, true, true]);
    expect(await held()).toEqual(["b", "c", "d"]);
  });

  test("what does not go together with the other's is refused, and the other's stands", async () => {
    const mine = bench.file("mine.yml", sigma("shell", "id: 5b5e").replace("name: shell", "name: many"));
    await bench.push({}, bench.file("shell.yml", sigma("shell")));
    const theirs = bench.file("theirs.yml", `${sigma("many")}---\n${counts("often", "many")}`);
    const before = meanwhile(() => bench.push({}, theirs).then(() => {}));
    expect(await bench.faults({ log: before }, mine)).toEqual([
      expect.stringMatching(/^theirs\.yml:.*"many" names 2 rules/),
    ]);
    expect(await held()).toEqual(["many", "often", "shell"]);
  });

  test("overtaken again and again it gives up and says so", async () => {
    bench.file("a.yml", rule("a"));
    let round = 0;
    const always = meanwhile(
      () => bench.write([`x${round}`, document(`x${round}`, rule(`x${round++}`))]),
      Number.POSITIVE_INFINITY,
    );
    const pushed = bench.push({ log: always });
    await expect(pushed).rejects.toThrow(TransientError);
    await expect(pushed).rejects.toThrow("3 attempts that were overtaken");
    expect(round).toBe(3);
  });

  test("a compacted topic says the same", async () => {
    for (const threshold of [2, 3, 4]) {
      bench.file("a.yml", rule("a", threshold));
      bench.file(`b${threshold}.yml`, rule(`b${threshold}`));
      await bench.push();
    }
    await bench.push({ prune: true }, bench.file("a.yml", rule("a", 4)), bench.file("b3.yml", rule("b3")));
    const before = await texts();
    expect(await held()).toEqual(["a", "b3"]);
    for (const dropRemovals of [false, true]) {
      await bench.compact(dropRemovals);
      expect(await texts()).toEqual(before);
    }
    bench.log.deleteBefore("rules", 0, 1);
    expect(await texts()).toEqual(before);
    expect(
      await bench.push({ prune: true }, bench.file("a.yml", rule("a", 4)), bench.file("b3.yml", rule("b3"))),
    ).toMatchObject({ written: false });
  });

  test("a reader that was away while removals were compacted reads from the start", async () => {
    const a = bench.file("a.yml", rule("a"));
    bench.file("b.yml", rule("b"));
    await bench.push();
    let log = bench.log;
    const reader = new (await import("../../src/app/rules-topic.ts")).RulesTopic({
      log: { bounds: (topic) => log.bounds(topic), read: (...range) => log.read(...range) },
      topic: "rules",
      decode: codec.decode,
    });
    await reader.read();
    await bench.push({ prune: true }, a);
    await bench.compact(true);
    log = bench.log;
    expect(await reader.read()).toMatchObject({
      state: "whole",
      documents: new Map([["a", expect.anything()]]),
    });
  });

  test("a topic made anew is read from its start", async () => {
    bench.file("a.yml", rule("a"));
    bench.file("b.yml", rule("b"));
    await bench.push();
    const reader = bench.reader();
    await reader.read();
    bench.log.recreate("rules");
    expect(await reader.read()).toMatchObject({ state: "empty", documents: new Map(), last: null });
    await bench.push({}, bench.file("c.yml", rule("c")));
    expect([...(await reader.read()).documents.keys()]).toEqual(["c"]);
  });
});

/** The log, with something happening between what a push has read and what it writes. */
function meanwhile(happen: () => Promise<void>, times = 1): Log {
  let left = times;
  const { log } = bench;
  return new Proxy(log, {
    get: (_, name) => {
      if (name !== "producer") return (log[name as keyof Log] as () => unknown).bind(log);
      return () => {
        const producer = log.producer();
        return {
          send: async (records: never) => {
            if (left-- > 0) await happen();
            await producer.send(records);
          },
          pending: () => producer.pending(),
          close: () => Promise.resolve(),
        };
      };
    },
  });
}

function sigma(name: string, more = ""): string {
  return `title: ${name}
name: ${name}
logsource: { product: test }
detection: { selection: { type: ${name.toLowerCase().replace(" ", "_")}_seen }, condition: selection }
${more}
`;
}

function counts(name: string, of: string): string {
  return `title: ${name}
name: ${name}
correlation:
  rules: ${of}
  type: event_count
  timespan: 5m
  condition: { gte: 3 }
`;
}

function filter(name: string, user = "backup"): string {
  return `title: ${name}
logsource: { product: test }
filter: { rules: [shell], selection: { user: ${user} }, condition: not selection }
`;
}

const mapping = `name: mine
transformations:
  - { type: field_name_mapping, mapping: { user: user.name }, rule_conditions: [{ type: logsource, product: test }] }
`;
