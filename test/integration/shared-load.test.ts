import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithServices } from "../services/services.ts";
import { alertKey, differingDuplicates, finalAlerts, Installation } from "./support/installation.ts";
import { disordered, expectedKeys, load, nativeJson } from "./support/load.ts";

describeWithServices("kafka", "redis")("Replicas share the load", ({ kafka, redis }) => {
  const corral = new Installation({ kafka, redis, settings: { CORRAL_IDLE_TIMEOUT: "off" } });
  const events = load({ seed: 7, containers: 400, span: 7_200_000 });
  const arrival = disordered(events, 20_000, 7);

  beforeAll(() => corral.createTopics());
  afterAll(() => corral.close());

  test("one, two and then three correlators give exactly the alerts of the in-order run", async () => {
    const expected = expectedKeys(events);
    expect(expected.length).toBeGreaterThan(150);
    const third = Math.ceil(arrival.length / 3);
    const keyed = arrival.map((event) => ({ key: event.container_id!, value: nativeJson(event) }));

    const one = corral.start("correlate");
    await Promise.all([corral.run("enrich"), one.ready()]);
    await corral.produce(keyed.slice(0, third));
    const two = await corral.run("correlate");
    await corral.produce(keyed.slice(third, 2 * third));
    const three = await corral.run("correlate");
    await corral.produce(keyed.slice(2 * third));

    await corral.drained();
    const alerts = await corral.alerts();
    expect(finalAlerts(alerts).map(alertKey).sort()).toEqual(expected);
    expect(differingDuplicates(alerts)).toEqual([]);
    // Each of the three owns partitions, and all six are owned.
    const owned = [one, two, three].map((each) => lastAssignment(each.lines));
    expect(owned.every((partitions) => partitions.length > 0)).toBe(true);
    expect(owned.flat().sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await two.terminate()).toBe(0);
  });
});

function lastAssignment(lines: readonly string[]): readonly number[] {
  const last = lines.filter((line) => line.includes('"partitions assigned"')).at(-1);
  return last === undefined ? [] : (JSON.parse(last) as { owned: number[] }).owned;
}
