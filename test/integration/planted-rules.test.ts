import { afterAll, beforeAll, expect, test } from "vitest";
import { confluentApi } from "../services/registry.ts";
import { describeWithServices } from "../services/services.ts";
import { falcosidekickEscape } from "./support/falco.ts";
import { alertKey, differingDuplicates, finalAlerts, Installation } from "./support/installation.ts";
import { disordered, expectedKeys, load, nativeJson } from "./support/load.ts";

const events = load({ seed: 11, containers: 48, span: 3_600_000 });
const arrival = disordered(events, 20_000, 11);
const ruleIds = new Set([
  "container_escape_attempt",
  "cryptomining_detection",
  "data_exfiltration",
  "lateral_movement",
]);
const settings = { CORRAL_IDLE_TIMEOUT: "off" };

describeWithServices("kafka", "redis")("The four rules on native JSON", ({ kafka, redis }) => {
  const corral = new Installation({ kafka, redis, settings });
  beforeAll(() => corral.createTopics());
  afterAll(() => corral.close());

  test("fire on planted attacks and stay silent on near misses", async () => {
    const expected = expectedKeys(events);
    await Promise.all([corral.run("enrich"), corral.run("correlate")]);
    await corral.produce(arrival.map((event) => ({ key: event.container_id!, value: nativeJson(event) })));
    await corral.drained();

    const alerts = await corral.alerts();
    expect(finalAlerts(alerts).map(alertKey).sort()).toEqual(expected);
    expect(new Set(alerts.map(({ rule }) => rule.id))).toEqual(ruleIds);
    expect(differingDuplicates(alerts)).toEqual([]);
  });

  test("a garbage record among good ones is a dead letter, and the rest goes on", async () => {
    const before = (await corral.alerts()).length;
    const later = load({ seed: 12, containers: 1, span: 1, start: Date.parse("2026-01-05T23:00:00Z") });
    const garbage = Buffer.from([0xff, 0xfe, 0x00, 0x42]);
    await corral.produce([
      { value: garbage, partition: 3 },
      { value: '{"half": ', partition: 3 },
      ...later.map((event) => ({ key: event.container_id!, value: nativeJson(event) })),
      { value: '{"neither":"native nor known"}', partition: 3 },
    ]);
    await corral.drained();
    expect((await corral.alerts()).length).toBeGreaterThan(before);
    const dead = await corral.read("events.dead-letter");
    expect(dead.map(({ headers }) => headers["corral-reason"])).toEqual(["not-json", "not-json"]);
    expect(dead[0]?.value).toEqual(garbage);
    expect(dead[0]?.headers).toMatchObject({
      "corral-stage": "enrich",
      "corral-topic": corral.topic("events.raw"),
      "corral-partition": "3",
    });
  });
});

describeWithServices(
  "kafka",
  "redis",
  "registry",
)("The four rules on native Avro", ({ kafka, redis, registry }) => {
  const corral = new Installation({ kafka, redis, registry: confluentApi(registry), settings });
  beforeAll(() => corral.createTopics());
  afterAll(() => corral.close());

  test("fire and stay silent alike, and write Avro that the registry client decodes", async () => {
    const expected = expectedKeys(events);
    await Promise.all([corral.run("enrich"), corral.run("correlate")]);
    const records = await Promise.all(
      arrival.map(async (event) => ({
        key: event.container_id!,
        value: await corral.encodeAvro("events.raw", event),
      })),
    );
    expect(records.every(({ value }) => value[0] === 0)).toBe(true);
    await corral.produce(records);
    await corral.drained();

    const raw = await corral.read("alerts");
    expect(raw.every(({ value }) => value![0] === 0)).toBe(true);
    const alerts = await corral.alerts();
    expect(finalAlerts(alerts).map(alertKey).sort()).toEqual(expected);
    expect(new Set(alerts.map(({ rule }) => rule.id))).toEqual(ruleIds);
    const actions = await corral.actions();
    const opened = new Set(alerts.map(({ id }) => id));
    expect(actions.length).toBe(2 * opened.size);
    expect(actions.every(({ alert_id, mode }) => opened.has(alert_id) && mode === "dry_run")).toBe(true);
  });
});

describeWithServices("kafka", "redis")("Falco records as falcosidekick sends them", ({ kafka, redis }) => {
  const corral = new Installation({ kafka, redis, settings });
  beforeAll(() => corral.createTopics());
  afterAll(() => corral.close());

  test("raise container_escape_attempt when they lie round-robin without keys in all partitions", async () => {
    await Promise.all([corral.run("enrich"), corral.run("correlate")]);
    const start = Date.parse("2026-02-03T09:00:00Z");
    const attacks = ["ee97d9c4186f", "0a1b2c3d4e5f"].flatMap((container, index) =>
      falcosidekickEscape(container, start + index * 1_000),
    );
    await corral.produce(attacks.map((value, index) => ({ value, partition: index % 6 })));
    await corral.drained();
    const alerts = finalAlerts(await corral.alerts());
    expect(alerts.map(({ rule, group }) => [rule.id, group.container])).toEqual([
      ["container_escape_attempt", "ee97d9c4186f"],
      ["container_escape_attempt", "0a1b2c3d4e5f"],
    ]);
    expect(alerts[0]?.entities).toMatchObject({ namespace: "shop", pod: "checkout-7d9f" });
  });
});
