/** Tables of enrichment on a real log: made, filled, read at start, followed, and taught by events. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { KafkaLog } from "../../src/transport/kafka/kafka-log.ts";
import { Folder } from "../cli/support.ts";
import { describeWithServices } from "../services/services.ts";
import { Installation } from "./support/installation.ts";

const web = "057dc8d712ab";
const db = "9bd4ecf1a2c3";

describeWithServices("kafka", "redis")("The inventory on a real log", ({ kafka, redis }) => {
  const corral = new Installation({ kafka, redis, partitions: 2 });
  const folder = new Folder();

  beforeAll(() => corral.createTopics());
  afterAll(async () => {
    await corral.close();
    folder.remove();
  });

  async function enrichmentOf(id: string): Promise<Record<string, unknown> | undefined> {
    const events = (await corral.read("events.enriched"))
      .filter(({ value, headers }) => value !== null && headers["corral-copy"] === undefined)
      .map(
        ({ value }) => JSON.parse(value!.toString()) as { id: string; enrichment: Record<string, unknown> },
      );
    return events.find((event) => event.id === id)?.enrichment;
  }

  async function told(
    id: string,
    container: string,
    enrichment: object = {},
  ): Promise<Record<string, unknown>> {
    const event = { id, type: "shell", timestamp: Date.now(), container_id: container, enrichment };
    await corral.produce([{ value: JSON.stringify(event) }]);
    const found = await corral.until(
      () => enrichmentOf(id),
      (each) => each !== undefined,
      `event ${id}`,
    );
    return found!;
  }

  test("is loaded from a file, read before the first event, and learns", async () => {
    const log = new KafkaLog({ brokers: [kafka], clientId: "test", clock: systemClock });
    const tables = await log.describe(
      ["inventory", "sessions", "indicators"].map((name) => corral.topic(name)),
    );
    await log.close();
    expect(tables.map(({ config }) => config["cleanup.policy"])).toEqual(["compact", "compact", "compact"]);

    const file = folder.file(
      "a.yml",
      `- { container_id: ${web}, image: "shop/web:1", namespace: shop, pod: web-0 }\n`,
    );
    expect(await corral.command("inventory", "load", file).exited()).toBe(0);
    const first = await corral.run("enrich");
    expect(first.lines.some((line) => line.includes("table loaded"))).toBe(true);
    expect(await told("e1", web)).toMatchObject({
      image: "shop/web:1",
      inventory: { status: "hit", source: "file" },
    });

    expect(await told("e2", db)).toMatchObject({ inventory: { status: "miss" } });
    await told("e3", db, { image: "shop/db:9" });
    await first.terminate();
    await corral.run("enrich");
    expect(await told("e4", db)).toMatchObject({ image: "shop/db:9", inventory: { status: "hit" } });
    const keys = (await corral.read("inventory")).map(({ key }) => key);
    expect(keys).toEqual([`file/container//${web}`, `learnt/container//${db}`]);
  });
});
