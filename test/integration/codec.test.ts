import { SchemaRegistry, SchemaType } from "@kafkajs/confluent-schema-registry";
import { expect, test } from "vitest";
import { type CodecOptions, openCodecs } from "../../src/codec/open-codecs.ts";
import { schemaText } from "../../src/codec/schemas.ts";
import { ConfigError, InvalidMessage, TransientError } from "../../src/errors.ts";
import { action, alert, document, event, set } from "../codec/records.ts";
import { subjects as plain } from "../codec/subjects.ts";
import { confluentApi, startRegistry } from "../services/registry.ts";
import { describeWithServices, scope } from "../services/services.ts";
import { readRecord } from "../sources/support.ts";

function subjects(prefix = scope()): CodecOptions["subjects"] {
  const named = Object.entries(plain).map(([name, topic]) => [name, `${prefix}${topic}`]);
  return Object.fromEntries(named) as CodecOptions["subjects"];
}

describeWithServices("registry")("codecs with a schema registry", ({ registry }) => {
  const registryUrl = confluentApi(registry);
  const client = new SchemaRegistry({ host: registryUrl });
  const register = (subject: string, schema: object) =>
    client.register({ type: SchemaType.AVRO, schema: JSON.stringify(schema) }, { subject });

  test("records come back as they were, also in another process and by a plain client", async () => {
    const topics = subjects();
    const codecs = await openCodecs({ registryUrl, subjects: topics });
    const others = await openCodecs({ registryUrl, subjects: topics });
    expect(codecs.registry).toBe("avro");
    expect(await others.enriched.decode(codecs.enriched.encode(event))).toStrictEqual(event);
    expect(await others.alert.decode(codecs.alert.encode(alert))).toStrictEqual(alert);
    expect(await others.action.decode(codecs.action.encode(action))).toStrictEqual(action);
    expect(await others.rule.decode(codecs.rule.encode(document))).toStrictEqual(document);
    expect(await others.rule.decode(codecs.rule.encode(set))).toStrictEqual(set);
    expect(await client.decode(codecs.alert.encode(alert))).toEqual(alert);
    await codecs.check();
  });

  test("every subject is registered as BACKWARD compatible, with the docs", async () => {
    const topics = subjects();
    await openCodecs({ registryUrl, subjects: topics });
    for (const topic of Object.values(topics)) {
      const config = await fetch(`${registryUrl}/config/${topic}-value`).then((answer) => answer.json());
      expect(config).toMatchObject({ compatibilityLevel: "BACKWARD" });
      const latest = await fetch(`${registryUrl}/subjects/${topic}-value/versions/latest`).then((a) =>
        a.json(),
      );
      expect((latest as { schema: string }).schema).toContain('"doc"');
    }
  });

  test("many replicas may start at the same time, and again", async () => {
    const topics = subjects();
    const all = await Promise.all(
      Array.from({ length: 5 }, () => openCodecs({ registryUrl, subjects: topics })),
    );
    const ids = all.map((codecs) => codecs.alert.encode(alert).readUInt32BE(1));
    expect(new Set(ids).size).toBe(1);
  });

  test("a native producer's Avro becomes events: a promise the first time, at once from then on", async () => {
    const topics = subjects();
    const codecs = await openCodecs({ registryUrl, subjects: topics });
    const id = await client.getLatestSchemaId(`${topics.raw}-value`);
    const value = await client.encode(id, {
      id: "e1",
      timestamp: 5,
      type: "shell",
      details: { user: "root" },
    });
    const record = { value, headers: {}, origin: null };
    const first = readRecord(record, codecs.event.decode);
    expect(first).toBeInstanceOf(Promise);
    const events = await first;
    expect(events).toMatchObject([
      { id: "e1", severity: "info", source: "native", details: { user: "root" } },
    ]);
    expect(readRecord(record, codecs.event.decode)).toEqual(events);
  });

  test("a producer may have a schema of its own, even on our raw subject", async () => {
    const topics = subjects();
    const schema = {
      type: "record",
      name: "Theirs",
      namespace: "com.example",
      fields: [
        { name: "type", type: "string" },
        { name: "timestamp", type: { type: "long", logicalType: "timestamp-micros" } },
        { name: "details", type: { type: "map", values: ["null", "long", "double", "string"] } },
      ],
    };
    const { id } = await register(`${topics.raw}-value`, schema);
    const codecs = await openCodecs({ registryUrl, subjects: topics });
    const details = { pid: { long: 7 }, load: { double: 0.5 } };
    const value = await client.encode(id, { type: "shell", timestamp: 1_700_000_000_123_456, details });
    const events = await readRecord({ value, headers: {}, origin: null }, codecs.event.decode);
    expect(events).toMatchObject([{ timestamp: 1_700_000_000_123, details: { pid: 7, load: 0.5 } }]);
  });

  test("records of an earlier version of our schema are read", async () => {
    const topics = subjects();
    const earlier = JSON.parse(schemaText("alert"));
    earlier.fields = earlier.fields.filter(({ name }: { name: string }) => name !== "rule_since");
    const { id } = await register(`${topics.alerts}-value`, earlier);
    const codecs = await openCodecs({ registryUrl, subjects: topics });
    const value = await client.encode(id, alert);
    expect(await codecs.alert.decode(value)).toStrictEqual({ ...alert, rule_since: null });
  });

  test("a schema on our subject that ours cannot follow stops the start", async () => {
    const topics = subjects();
    await register(`${topics.alerts}-value`, {
      type: "record",
      name: "Alert",
      namespace: "io.corral",
      fields: [{ name: "revision", type: "string" }],
    });
    await expect(openCodecs({ registryUrl, subjects: topics })).rejects.toBeInstanceOf(ConfigError);
  });

  test("an id that nobody registered is poison", async () => {
    const codecs = await openCodecs({ registryUrl, subjects: subjects() });
    const value = Buffer.from([0, 0x7f, 0xff, 0xff, 0xff, 2]);
    for (const { decode } of [codecs.event, codecs.enriched, codecs.alert, codecs.action, codecs.rule]) {
      const decoded = (async () => decode(value))();
      await expect(decoded).rejects.toBeInstanceOf(InvalidMessage);
      await expect(decoded).rejects.toMatchObject({ reason: "unknown-schema" });
    }
  });

  test("a registry that is away is an outage, and what it gave before still works", async () => {
    const own = await startRegistry();
    try {
      const topics = subjects();
      const codecs = await openCodecs({ registryUrl: confluentApi(own.address), subjects: topics });
      const known = codecs.alert.encode(alert);
      await own.kill();
      expect(codecs.alert.decode(known)).toStrictEqual(alert);
      await expect((async () => codecs.event.decode(known))()).rejects.toBeInstanceOf(TransientError);
      await expect(codecs.check()).rejects.toBeInstanceOf(TransientError);
      await own.restart();
      // It kept nothing; the same schemas get the same places again.
      await openCodecs({ registryUrl: confluentApi(own.address), subjects: topics });
      await codecs.check();
    } finally {
      await own.stop();
    }
  });
});
