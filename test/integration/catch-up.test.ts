import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithServices } from "../services/services.ts";
import { alertKey, differingDuplicates, finalAlerts, Installation } from "./support/installation.ts";
import { disordered, expectedKeys, load, nativeJson } from "./support/load.ts";

describeWithServices("kafka", "redis")("Catching up with a backlog", ({ kafka, redis }) => {
  const corral = new Installation({ kafka, redis, settings: { CORRAL_IDLE_TIMEOUT: "off" } });
  const events = load({ seed: 31, containers: 3_000, span: 7_200_000 });
  const arrival = disordered(events, 20_000, 31);

  beforeAll(() => corral.createTopics());
  afterAll(() => corral.close());

  test("two hours without keys over six partitions give exactly the alerts of the in-order run", async () => {
    await corral.produce(arrival.map((event, index) => ({ value: nativeJson(event), partition: index % 6 })));
    // Started at different moments: each begins while the others are far ahead.
    const started = [corral.start("enrich"), corral.start("correlate")];
    await started[0]!.ready();
    started.push(corral.start("correlate"));
    await started[1]!.ready();
    started.push(corral.start("enrich"));
    await started[2]!.ready();
    started.push(corral.start("correlate"));
    await Promise.all(started.map((each) => each.ready()));
    await corral.drained();

    const alerts = await corral.alerts();
    expect(finalAlerts(alerts).map(alertKey).sort()).toEqual(expectedKeys(events));
    expect(differingDuplicates(alerts)).toEqual([]);
  });
});
