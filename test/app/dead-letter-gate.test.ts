import { expect, test } from "vitest";
import { DeadLetterGate } from "../../src/app/dead-letter-gate.ts";
import { rulesOf } from "../correlation/support.ts";
import { ManualClock } from "../transport/manual-clock.ts";
import { Installation } from "./installation.ts";

test("so many dead letters a minute are written, and a flood is told of once a minute", () => {
  const clock = new ManualClock();
  let suppressed = 0;
  const gate = new DeadLetterGate({
    perMinute: 3,
    stage: "enrich",
    topic: "events.dead-letter",
    clock,
    suppressed: () => {
      suppressed += 1;
    },
  });
  const admitted = () => Array.from({ length: 5 }, () => gate.admits()).filter(Boolean).length;
  expect(gate.finding()).toBeNull();
  expect(admitted()).toBe(3);
  expect(suppressed).toBe(2);
  expect(gate.finding()).toMatchObject({ rule: "corral_dead_letter_flood", group: { stage: "enrich" } });
  expect(gate.finding()).toBeNull();
  clock.advance(60_000);
  expect(admitted()).toBe(3);
  expect(gate.finding()).not.toBeNull();
});

test("garbage in a flood leaves a bounded topic, an alert, and everything else judged", async () => {
  const start = Date.parse("2026-01-05T10:00:00Z");
  const rules = rulesOf({
    id: "one",
    window: "1m",
    conditions: [{ type: "event_count", where: { type: "a" } }],
  });
  const corral = await Installation.open(rules, start);
  corral.config = { ...corral.config, deadLetters: { perMinute: 10 } };
  await corral.start("enrich");
  await corral.start("correlate");
  const { raw } = corral.config.topics;
  await corral.send(
    Array.from({ length: 100 }, () => ({ topic: raw, key: null, value: Buffer.from("garbage") })),
  );
  await corral.send([
    {
      topic: raw,
      key: null,
      value: Buffer.from(JSON.stringify({ id: "e", type: "a", container_id: "c1", timestamp: start })),
    },
  ]);
  await corral.judged();
  const letters = await corral.records("deadLetter");
  // The clock may have moved on to another minute on the way.
  expect([10, 20]).toContain(letters.length);
  expect(new Set((await corral.alerts()).map(({ rule }) => rule.id))).toEqual(
    new Set(["corral_dead_letter_flood", "one"]),
  );
  await corral.close();
});
