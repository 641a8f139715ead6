/** All formats on one raw topic, as they come: mixed, without keys, in every codec, JSON and Avro, with garbage between. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { confluentApi } from "../services/registry.ts";
import { addressIfThere, describeWithServices } from "../services/services.ts";
import { samples, variant } from "../sources/samples.ts";
import { Installation, type RawRecord } from "./support/installation.ts";

const codecs = ["gzip", "snappy", "lz4", "zstd"] as const;
const partitions = 6;
const perCodec = 2_000;
const start = Date.UTC(2026, 0, 5, 10);

interface Planted extends RawRecord {
  readonly events: number;
}

/** One record in a hundred is garbage; the others take turns. */
function recordAt(n: number): Planted {
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
  Buffer.from([0, 0x7f, 0xff, 0xff, 0xff, 1, 2, 3]),
  Buffer.from("["),
];

/** Native events as Avro come between the others, at every twentieth place, where there is a registry. */
const isAvro = (n: number) => n % 20 === 13;

describeWithServices("kafka", "redis")("One topic with everything on it", ({ kafka, redis }) => {
  const registry = addressIfThere("registry");
  const corral = new Installation({
    kafka,
    redis,
    ...(registry === null ? {} : { registry: confluentApi(registry) }),
    partitions,
    // Nothing is to be read twice because the machine is busy.
    settings: { CORRAL_IDLE_TIMEOUT: "off", CORRAL_SESSION_TIMEOUT: "2m", CORRAL_HEARTBEAT_INTERVAL: "3s" },
  });
  beforeAll(() => corral.createTopics());
  afterAll(() => corral.close());

  const avroAt = async (n: number): Promise<Planted> => {
    const event = { id: `avro-${n}`, timestamp: start + n, type: "shell_in_container", details: { n } };
    const value = await corral.encodeAvro("events.raw", event);
    return { value, partition: n % partitions, events: 1 };
  };

  test("every record is judged or a dead letter, and the counts add up", { timeout: 400_000 }, async () => {
    const judging = await corral.run("correlate");
    const expected = new Map<string, number>();
    const ends = new Array<number>(partitions).fill(0);
    for (const [phase, codec] of codecs.entries()) {
      await corral.compress("events.raw", codec);
      const records = await Promise.all(
        Array.from({ length: perCodec }, (_, place) => {
          const n = phase * perCodec + place;
          return registry !== null && isAvro(n) ? avroAt(n) : recordAt(n);
        }),
      );
      await corral.produce(records);
      for (const { partition, events } of records) {
        expected.set(`${partition}/${ends[partition!]!}`, events);
        ends[partition!]! += 1;
      }
    }
    await corral.run("enrich");
    await corral.drained(300_000);

    // What Corral had to send again is there twice, as the same: the correlator drops it.
    const found = new Map<string, Set<string>>();
    let records = 0;
    const distinct = new Set<string>();
    for (const { key, value, headers } of await corral.read("events.enriched")) {
      if (headers["corral-control"] !== undefined) continue;
      const { origin, id } = await corral.decode<{ origin: Record<string, number>; id: string }>(value!);
      const place = `${origin.partition}/${origin.offset}`;
      records += 1;
      distinct.add(`${place}/${origin.index} ${key}`);
      if (headers["corral-copy"] !== undefined) continue;
      const events = found.get(place) ?? new Set();
      found.set(place, events.add(`${origin.index} ${id}`));
    }
    const dead = (await corral.read("events.dead-letter")).map(
      ({ headers }) => `${headers["corral-partition"]}/${headers["corral-offset"]}`,
    );
    const planted = [...expected].filter(([, events]) => events === 0).map(([place]) => place);
    expect(planted).toHaveLength((codecs.length * perCodec) / 100);
    expect(new Set(dead)).toEqual(new Set(planted));
    const counts = new Map([...found].map(([place, events]) => [place, events.size]));
    expect(counts).toEqual(new Map([...expected].filter(([, events]) => events > 0)));
    expect(await judging.metric("corral_transport_duplicates_total")).toBe(records - distinct.size);
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
