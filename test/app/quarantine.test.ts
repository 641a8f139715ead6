/** A record that processing stumbles over is set aside, with an alert; everything else is judged. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { type RuleSet, ruleSet } from "../../src/rules/rule-set.ts";
import { rulesOf } from "../correlation/support.ts";
import { makeEvent } from "../events/make-event.ts";
import { Installation } from "./installation.ts";

const start = Date.parse("2026-01-05T10:00:00Z");
const sound = rulesOf({
  id: "many",
  window: "1m",
  conditions: [{ type: "event_count", where: { type: "a" }, threshold: 3 }],
});

/** The same rules with a defect: one event makes them throw. */
function broken({ rules }: RuleSet): RuleSet {
  return ruleSet(
    rules.map((rule) => ({
      ...rule,
      conditions: rule.conditions.map((condition) => ({
        ...condition,
        mark: (event: SecurityEvent) => {
          if (event.id === "poison") throw new TypeError("a defect");
          return condition.mark(event);
        },
      })),
    })),
  );
}

const events = ["e0", "e1", "poison", "e3", "e4"].map((id, second) =>
  makeEvent({}, { id, type: "a", container_id: "c1", timestamp: start + second * 1_000 }),
);

let corral: Installation;
beforeEach(async () => {
  corral = await Installation.open(sound, start);
});
afterEach(() => corral.close());

async function expectSetAside(stage: string): Promise<void> {
  // Far enough on for the alert to close, with all that it counted.
  await corral.tick(start + 240_000);
  await corral.judged();
  const letters = await corral.records("deadLetter");
  expect(letters.map(({ headers }) => [headers["corral-stage"], headers["corral-reason"]])).toEqual([
    [stage, "quarantined"],
  ]);
  expect(JSON.parse(letters[0]!.value!.toString())).toMatchObject({ id: "poison" });
  const last = new Map((await corral.alerts()).map((alert) => [alert.id, alert]));
  const alerts = [...last.values()];
  expect(new Set(alerts.map(({ rule }) => rule.id))).toEqual(new Set(["corral_record_quarantined", "many"]));
  expect(alerts.find(({ rule }) => rule.id === "many")?.evidence.map(({ id }) => id)).toEqual([
    "e0",
    "e1",
    "e3",
    "e4",
  ]);
}

test("by the enricher", async () => {
  const rules = broken(sound);
  corral.rules = () => rules;
  await corral.start("enrich");
  await corral.start("correlate");
  await corral.produce(events);
  await corral.judged();
  await expectSetAside("enrich");
});

test("by the correlator, whose windows keep nothing of what failed halfway", async () => {
  await corral.start("enrich");
  await corral.produce(events);
  await corral.enriched();
  const rules = broken(sound);
  corral.rules = () => rules;
  await corral.start("correlate");
  await corral.judged();
  await expectSetAside("correlate");
});
