/** All formats on one raw topic, as they come: mixed, without keys, in every codec, with garbage between. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithServices } from "../services/services.ts";
import { samples, variant } from "../sources/samples.ts";
import { Installation, type RawRecord } from "./support/installation.ts";

const codecs = ["gzip", "snappy", "lz4", "zstd"] as const;
const partitions = 6;
const perCodec = 2_000;

/** One record in a hundred is garbage; the others take turns. */
function recordAt(n: number): RawRecord & { readonly events: number } {
  const partition = n % partitions;
  if (n % 100 === 99) return { value: garbage[n % garbage.length]!, partition, events: 0 };
  const sample = samples[n % samples.length]!;
  const { headers, events = 1 } = sample;
  const value = JSON.stringify(variant(sample, n));
  return { value, partition, events, ...(headers === undefined ? {} : { headers }) };
}

const garbage = [
  Buffer.from([0xff, 0xfe, 0x00, 0x42]),
  Buffer.from('{"half": '),
  Buffer.from("plain text"),
  Buffer.from([0, 0, 0, 0, 9, 1, 2, 3]),
  Buffer.from("["),
];

describeWithServices("kafka", "redis")("One topic with everything on it", ({ kafka, redis }) => {
  const corral = new Installation({ kafka, redis, partitions, settings: { CORRAL_IDLE_TIMEOUT: "off" } });
  beforeAll(() => corral.createTopics());
  afterAll(() => corral.close());

  test("every record is judged or a dead letter, and the counts add up", { timeout: 240_000 }, async () => {
    const expected = new Map<string, number>();
    const ends = new Array<number>(partitions).fill(0);
    for (const [phase, codec] of codecs.entries()) {
      await corral.compress("events.raw", codec);
      const records = Array.from({ length: perCodec }, (_, n) => recordAt(phase * perCodec + n));
      await corral.produce(records);
      for (const { partition, events } of records) {
        expected.set(`${partition}/${ends[partition!]!}`, events);
        ends[partition!]! += 1;
      }
    }
    await Promise.all([corral.run("enrich"), corral.run("correlate")]);
    await corral.drained(180_000);

    const found = new Map<string, number>();
    for (const { value, headers } of await corral.read("events.enriched")) {
      if (headers["corral-copy"] !== undefined || headers["corral-control"] !== undefined) continue;
      const { origin } = JSON.parse(value!.toString()) as { readonly origin: Record<string, number> };
      const place = `${origin.partition}/${origin.offset}`;
      found.set(place, (found.get(place) ?? 0) + 1);
    }
    const dead = (await corral.read("events.dead-letter")).map(
      ({ headers }) => `${headers["corral-partition"]}/${headers["corral-offset"]}`,
    );
    const planted = [...expected].filter(([, events]) => events === 0).map(([place]) => place);
    expect(planted).toHaveLength((codecs.length * perCodec) / 100);
    expect(new Set(dead)).toEqual(new Set(planted));
    expect(dead).toHaveLength(planted.length);
    expect(found).toEqual(new Map([...expected].filter(([, events]) => events > 0)));
  });

  const output = async (...words: readonly string[]): Promise<readonly string[]> => {
    const env = { PATH: process.env.PATH, ...corral.environment };
    const call = [process.execPath, ["bin/corral.js", "dead-letter", ...words], { env }] as const;
    return (await promisify(execFile)(...call)).stdout.trim().split("\n");
  };

  test("dead letters are listed, shown, and sent back to where they came from", async () => {
    const list = await output("list", "--reason", "not-json", "--format", "ndjson");
    const letters = list.map((line) => JSON.parse(line) as { readonly place: string });
    expect(letters.length).toBeGreaterThan(10);
    const places = letters.slice(0, 2).map(({ place }) => place);
    expect(await output("show", places[0]!)).toContain("reason: not-json");
    const before = await corral.ends("events.raw");
    expect(await output("replay", ...places)).toEqual(["2 records sent back"]);
    const sum = (ends: ReadonlyMap<number, number>) => [...ends.values()].reduce((a, b) => a + b, 0);
    expect(sum(await corral.ends("events.raw"))).toBe(sum(before) + 2);
  });
});
