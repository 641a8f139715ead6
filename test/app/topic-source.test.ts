/** The rules topic under a running process. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LiveRules } from "../../src/app/live-rules.ts";
import { topicSource } from "../../src/app/topic-source.ts";
import { ConfigError, RuleError, TransientError } from "../../src/errors.ts";
import { createLogger } from "../../src/telemetry/logger.ts";
import { createMetrics } from "../../src/telemetry/metrics.ts";
import { Bench, document, rule } from "./rules-topic-support.ts";

let bench: Bench;
let lines: string[];
const metrics = createMetrics();
beforeEach(async () => {
  bench = await Bench.open();
  lines = [];
  metrics.rulesRefused.reset();
});
afterEach(() => bench.close());

/** Time passes while it opens: half a push is waited for. */
async function open(): Promise<LiveRules> {
  const logger = createLogger({
    level: "info",
    role: "test",
    stream: { write: (line: string) => void lines.push(line) },
  });
  const source = topicSource(bench.reader(), bench.clock);
  const opening = LiveRules.open({ source, settings: { calendar: {}, lists: {} }, metrics, logger });
  opening.catch(() => {});
  await rounds(40);
  return opening;
}

async function rounds(count: number): Promise<void> {
  for (let round = 0; round < count; round += 1) {
    bench.clock.advance(100);
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }
}

async function running(): Promise<LiveRules> {
  const live = await open();
  live.start(bench.clock, 1_000);
  return live;
}

const said = (text: string): number => lines.filter((line) => line.includes(text)).length;
const refusals = async () => (await metrics.rulesRefused.get()).values[0]?.value ?? 0;
const ids = (live: LiveRules) => live.current.rules.map(({ id }) => id);

describe("At start", () => {
  test("the last push is taken, whatever is in no set yet", async () => {
    bench.file("a.yml", `${rule("b")}---\n${rule("a")}`);
    const { version } = await bench.push();
    const live = await open();
    expect([ids(live), live.current.version]).toEqual([["b", "a"], version]);
  });

  test("an empty topic means no rules, which is said", async () => {
    const live = await open();
    expect(ids(live)).toEqual([]);
    expect(said("there are no rules")).toBe(1);
  });

  test("half a push is waited for, and then the set before it is taken and the rest refused", async () => {
    bench.file("a.yml", rule("a"));
    await bench.push();
    await bench.write(["b", document("b", rule("b"))]);
    const live = await running();
    expect(ids(live)).toEqual(["a"]);
    await rounds(60);
    expect([ids(live), live.refused, said("run `corral rules push` again")]).toEqual([["a"], true, 1]);
    await live.stop();
  });

  test("half a push without any set before it is refused", async () => {
    await bench.write(["b", document("b", rule("b"))]);
    const opening = open();
    await expect(opening).rejects.toThrow(ConfigError);
    await expect(opening).rejects.toThrow("run `corral rules push` again");
    bench.file("a.yml", rule("a"));
    await bench.push();
    expect(ids(await open())).toContain("a");
  });

  test("a push that ends meanwhile is taken", async () => {
    bench.file("b.yml", rule("b"));
    await bench.write(["b", document("b", rule("b"))]);
    const opening = open();
    await bench.push();
    expect(ids(await opening)).toEqual(["b"]);
  });

  test("what cannot be read is named", async () => {
    await bench.write(["b", "rubbish"]);
    await expect(open()).rejects.toThrow(/"b" at offset 0: Cannot read record: value must be JSON/);
  });

  test("a missing topic, faults and a log that is away are thrown", async () => {
    bench.file("a.yml", rule("a"));
    await bench.push();
    const back = bench.log.goAway();
    await expect(open()).rejects.toThrow(TransientError);
    back();
    await bad();
    await expect(open()).rejects.toThrow(RuleError);
    bench.close();
    bench = new Bench();
    await expect(open()).rejects.toThrow(ConfigError);
  });
});

describe("While it runs", () => {
  let live: LiveRules;
  beforeEach(async () => {
    bench.file("a.yml", rule("a"));
    bench.file("b.yml", rule("b"));
    await bench.push();
    live = await running();
  });
  afterEach(async () => {
    await live.stop();
  });

  test("a push is taken up, and what it removes is gone", async () => {
    await bench.push({ prune: true }, bench.file("a.yml", rule("a", 3)), bench.file("c.yml", rule("c")));
    await rounds(30);
    expect(ids(live)).toEqual(["a", "c"]);
    expect(lines.map((line) => JSON.parse(line)).at(-1)).toMatchObject({
      msg: "rules changed",
      added: ["c"],
      removed: ["b"],
      renewed: ["a"],
    });
  });

  test("a set with faults is refused as a whole, told at its place in the file, once", async () => {
    const { version } = live.current;
    await bad();
    await rounds(50);
    expect([live.current.version, live.refused, await refusals()]).toEqual([version, true, 1]);
    expect(said("late.yml:3:1 unknown-key windw")).toBe(1);
    bench.file("c.yml", rule("c"));
    await bench.push({ prune: true });
    await rounds(30);
    expect([ids(live), live.refused]).toEqual([["a", "b", "c"], false]);
  });

  test("half a push changes nothing and is refused when it stays one; the rest of it is taken up", async () => {
    const { version } = live.current;
    await bench.write(["c", document("c", rule("c"))]);
    await rounds(100);
    expect([live.current.version, live.refused, await refusals()]).toEqual([version, true, 1]);
    expect(said("half a push")).toBe(1);
    await bench.push();
    await rounds(30);
    expect([live.current.version, live.refused]).toEqual([version, false]);
    expect(said("again what is in force")).toBe(1);
  });

  test("a log that is away is told once, and looked at again when it is back", async () => {
    const back = bench.log.goAway();
    await rounds(50);
    expect([ids(live), live.refused, said("cannot look at the rules")]).toEqual([["a", "b"], false, 1]);
    back();
    await bench.push({}, bench.file("c.yml", rule("c")));
    await rounds(30);
    expect(ids(live)).toEqual(["a", "b", "c"]);
    expect(said("can be looked at again")).toBe(1);
  });

  test("a topic that was made anew takes no rules away until a set is pushed to it", async () => {
    bench.log.recreate("rules");
    await rounds(50);
    expect([ids(live), live.refused]).toEqual([["a", "b"], true]);
    await bench.push({}, bench.file("c.yml", rule("c")));
    await rounds(30);
    expect([ids(live), live.refused]).toEqual([["c"], false]);
  });

  test("another place in the files, and a push of the same, change nothing", async () => {
    bench.file("a.yml", `# more\n\n---\n${rule("a")}`);
    await bench.push();
    const before = live.current;
    await rounds(50);
    expect([live.current, lines]).toEqual([before, []]);
  });

  test("everything may be removed on purpose", async () => {
    await bench.push({ prune: true }, bench.file("none.yml", "# nothing\n"));
    await rounds(30);
    expect([ids(live), live.refused]).toEqual([[], false]);
  });
});

/** A set with a fault, as a push of another version might leave it: whole, past every check of here. */
async function bad(): Promise<void> {
  const { setOf, textHash } = await import("../../src/app/rule-document.ts");
  const { documents } = await bench.reader().read();
  const text = `id: late\n${rule("late").split("\n").slice(1, 2).join("\n")}\nwindw: 3m\n`;
  const late = { key: "late", id: "late", file: "late.yml", line: 1, text, hash: textHash(text) };
  const all = new Map([...documents, ["late", late] as const]);
  await bench.write(["late", document("late", text, "late.yml")], ["@set", setOf(all, 1)]);
}
