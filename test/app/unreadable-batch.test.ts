/** A batch that could not be opened, as the Kafka adapter hands it on: a dead letter and an alert, in either role. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { unreadableHeaders } from "../../src/transport/unreadable.ts";
import { atLeast, rulesOf } from "../correlation/support.ts";
import { Installation } from "./installation.ts";

const start = Date.parse("2026-01-05T10:00:00Z");
const batch = {
  partition: 1,
  key: null,
  value: null,
  headers: { [unreadableHeaders.reason]: "too-many-records", [unreadableHeaders.firstOffset]: "-3" },
};

let corral: Installation;
beforeEach(async () => {
  corral = await Installation.open(rulesOf(atLeast(2, "1m")), start);
});
afterEach(() => corral.close());

test.each([["enrich", "raw"] as const, ["correlate", "enriched"] as const])(
  "by the role %s",
  async (stage, topic) => {
    await corral.start("enrich");
    await corral.start("correlate");
    const before = (await corral.log.bounds(corral.config.topics[topic])).get(1)!.high;
    await corral.send([{ topic: corral.config.topics[topic], ...batch }]);
    await corral.judged();
    const letters = await corral.records("deadLetter");
    expect(letters.map(({ headers }) => [headers["corral-stage"], headers["corral-reason"]])).toEqual([
      [stage, "too-many-records"],
    ]);
    expect(await corral.alerts()).toMatchObject([
      {
        rule: { id: "corral_batch_unreadable" },
        severity: "high",
        group: { topic: corral.config.topics[topic], partition: "1" },
        reason: `the batch at offsets -3 to ${before} of ${corral.config.topics[topic]}/1 could not be opened (too-many-records) and was set aside in the dead letters: what it held was not judged`,
      },
    ]);
  },
);
