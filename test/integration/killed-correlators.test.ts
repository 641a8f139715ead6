import { afterAll, beforeAll, expect, test } from "vitest";
import { seededRandom } from "../../src/app/shuffle-arrivals.ts";
import { describeWithServices } from "../services/services.ts";
import type { CorralProcess } from "./support/corral-process.ts";
import { alertKey, differingDuplicates, finalAlerts, Installation } from "./support/installation.ts";
import { judgeLog } from "./support/judge-log.ts";
import { disordered, expectedKeys, load, nativeJson } from "./support/load.ts";

const kills = 20;

describeWithServices("kafka", "redis")("Correlators killed under load", ({ kafka, redis }) => {
  const corral = new Installation({
    kafka,
    redis,
    settings: {
      CORRAL_IDLE_TIMEOUT: "off",
      CORRAL_SESSION_TIMEOUT: "1500ms",
      CORRAL_HEARTBEAT_INTERVAL: "200ms",
    },
  });
  const events = load({ seed: 21, containers: 3_000, span: 6 * 3_600_000 });
  const arrival = disordered(events, 20_000, 21);

  beforeAll(() => corral.createTopics());
  afterAll(() => corral.close());

  test(`${kills} kills lose no alert, and what comes twice is the same`, { timeout: 300_000 }, async () => {
    const random = seededRandom(21);
    await corral.run("enrich");
    const replicas: CorralProcess[] = await Promise.all([corral.run("correlate"), corral.run("correlate")]);
    const share = Math.ceil(arrival.length / kills);
    for (let kill = 0; kill < kills; kill += 1) {
      const victim = Math.floor(random() * replicas.length);
      // Only who owns partitions can leave something half done.
      await replicas[victim]!.ready();
      const part = arrival.slice(kill * share, (kill + 1) * share);
      const produced = corral.produce(
        part.map((event) => ({ key: event.container_id!, value: nativeJson(event) })),
      );
      await new Promise((resolve) => setTimeout(resolve, random() * 400));
      await replicas[victim]!.kill();
      replicas[victim] = corral.start("correlate");
      await produced;
    }
    await Promise.all(replicas.map((replica) => replica.ready()));
    await corral.drained(120_000);

    const alerts = await corral.alerts();
    const oracle = await judgeLog(await corral.read("events.enriched"), corral.prefix);
    const oracleIds = new Set(oracle.flatMap(({ kind, record }) => (kind === "alert" ? [record.id] : [])));
    expect(new Set(alerts.map(({ id }) => id))).toEqual(oracleIds);
    expect(differingDuplicates(alerts)).toEqual([]);
    expect(finalAlerts(alerts).map(alertKey).sort()).toEqual(expectedKeys(events));
    const actionIds = new Set((await corral.actions()).map(({ id }) => id));
    expect(actionIds).toEqual(
      new Set(oracle.flatMap(({ kind, record }) => (kind === "action" ? [record.id] : []))),
    );
  });
});
