import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithServices } from "../services/services.ts";
import { Installation } from "./support/installation.ts";
import { produceEmptyRecords } from "./support/raw-batch.ts";

describeWithServices("kafka", "redis")(
  "A batch of 200,000 records, more than the client can take",
  ({ kafka, redis }) => {
    const corral = new Installation({ kafka, redis, partitions: 3 });
    const start = Date.now() - 60_000;
    const event = (index: number) => ({
      partition: 1,
      value: JSON.stringify({ id: `e${index}`, type: "a", timestamp: start + index, container_id: "c1" }),
    });

    beforeAll(() => corral.createTopics());
    afterAll(() => corral.close());

    test("is set aside with one dead letter and one alert; what lies before and behind it is judged", async () => {
      await corral.run("enrich,correlate");
      await corral.produce([event(0), event(1)]);
      await produceEmptyRecords(kafka.split(",")[0]!, corral.topic("events.raw"), 1, 200_000);
      await corral.produce([event(2)]);
      await corral.drained();
      const enriched = (await corral.read("events.enriched")).filter(({ value }) => value !== null);
      expect(enriched.map(({ value }) => JSON.parse(value!.toString()).id)).toEqual(["e0", "e1", "e2"]);
      const letters = await corral.read("events.dead-letter");
      expect(letters.map(({ headers }) => headers)).toMatchObject([
        {
          "corral-reason": "too-many-records",
          "corral-stage": "enrich",
          "corral-partition": "1",
          "corral-offset": "200001",
          "corral-message": "Cannot open the batch at offsets 2 to 200001: too-many-records",
        },
      ]);
      expect((await corral.alerts()).map(({ rule, group }) => [rule.id, group.partition])).toEqual([
        ["corral_batch_unreadable", "1"],
      ]);
    });
  },
);
