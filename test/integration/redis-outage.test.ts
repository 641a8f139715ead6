import { readFileSync } from "node:fs";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startRedis } from "../services/redis.ts";
import type { OwnService } from "../services/service.ts";
import { describeWithServices } from "../services/services.ts";
import { alertKey, differingDuplicates, finalAlerts, Installation } from "./support/installation.ts";
import { disordered, expectedKeys, load, nativeJson } from "./support/load.ts";

describeWithServices("kafka", "redis")("Redis away for twenty seconds", ({ kafka }) => {
  let redis: OwnService;
  let corral: Installation;
  const events = load({ seed: 41, containers: 2_000, span: 6 * 3_600_000 });
  const arrival = disordered(events, 20_000, 41);

  beforeAll(async () => {
    redis = await startRedis();
    corral = new Installation({ kafka, redis: redis.address, settings: { CORRAL_IDLE_TIMEOUT: "off" } });
    await corral.createTopics();
  });
  afterAll(async () => {
    await corral.close();
    await redis.stop();
  });

  test("loses nothing, keeps memory flat and recovers by itself", async () => {
    await corral.run("enrich");
    const correlator = await corral.run("correlate");
    const records = arrival.map((event) => ({ key: event.container_id!, value: nativeJson(event) }));
    const third = Math.ceil(records.length / 3);
    await corral.produce(records.slice(0, third));
    await corral.drained();

    await redis.kill();
    const gone = performance.now();
    await corral.produce(records.slice(third, 2 * third));
    await correlator.says('"msg":"tried again later"');
    await sleepUntil(gone + 5_000);
    const early = residentMiB(correlator.pid);
    // More backlog must not be taken into memory: reading is paused.
    await corral.produce(records.slice(2 * third));
    await sleepUntil(gone + 20_000);
    expect(residentMiB(correlator.pid) - early).toBeLessThan(32);
    expect(await readiness(await correlator.httpPort())).toMatch(/\[-\]redis/);
    expect(correlator.running).toBe(true);
    await redis.restart();
    await corral.drained();

    const alerts = await corral.alerts();
    expect(finalAlerts(alerts).map(alertKey).sort()).toEqual(expectedKeys(events));
    expect(differingDuplicates(alerts)).toEqual([]);
  });
});

describeWithServices("kafka", "redis")("Redis that has lost everything", ({ kafka }) => {
  let redis: OwnService;
  let corral: Installation;
  const events = load({ seed: 43, containers: 400, span: 2 * 3_600_000 });
  const arrival = disordered(events, 20_000, 43);
  const records = arrival.map((event) => ({ key: event.container_id!, value: nativeJson(event) }));

  beforeAll(async () => {
    redis = await startRedis();
    corral = new Installation({ kafka, redis: redis.address, settings: { CORRAL_IDLE_TIMEOUT: "off" } });
    await corral.createTopics();
  });
  afterAll(async () => {
    await corral.close();
    await redis.stop();
  });

  test("is filled again from the log: no alert is lost, none comes as a new one", async () => {
    await corral.run("enrich");
    const correlator = await corral.run("correlate");
    await corral.produce(records.slice(0, records.length / 2));
    await corral.drained();
    const before = await corral.alerts();

    await flush(redis.address);
    await corral.produce(records.slice(records.length / 2));
    await correlator.says("the state was lost");
    await corral.drained();

    const alerts = await corral.alerts();
    expect(before.length).toBeGreaterThan(50);
    expect(finalAlerts(alerts).map(alertKey).sort()).toEqual(expectedKeys(events));
    expect(differingDuplicates(alerts)).toEqual([]);
    const opened = alerts.filter(({ status }) => status === "open").map(({ id }) => id);
    expect(new Set(opened).size).toBe(opened.length);
  });
});

async function flush(address: string): Promise<void> {
  const client = new Redis(address);
  await client.flushall();
  client.disconnect();
}

/** The outage lasts what the promise says, whatever producing took. */
function sleepUntil(moment: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, moment - performance.now()));
}

function residentMiB(pid: number): number {
  const kib = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1];
  return Number(kib) / 1024;
}

async function readiness(port: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/readyz?verbose`);
  return response.text();
}
