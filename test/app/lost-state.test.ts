/** A store that has lost everything while an alert goes on: it is taken over from the alerts topic, not raised anew. */
import { expect, test } from "vitest";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { ruleSet } from "../../src/rules/rule-set.ts";
import { rulesOf } from "../correlation/support.ts";
import { makeEvent } from "../events/make-event.ts";
import { Installation } from "./installation.ts";

/** Two events within ten seconds; the window is short against the quarter of an hour that the alert lasts. */
const rules = rulesOf({
  window: "10s",
  conditions: [{ type: "event_count", where: { type: "a" }, threshold: 2 }],
  actions: [{ type: "alert" }, { type: "isolate_container" }],
});
const start = Date.parse("2026-01-05T10:00:00Z");

function eventAt(second: number, container: string): SecurityEvent {
  return makeEvent(
    {},
    { id: `${container}-${second}`, timestamp: start + second * 1000, type: "a", container_id: container },
  );
}

test.each([
  ["", () => rules],
  [", though the rules change at every slice", () => ruleSet(rules.rules)],
])("an alert that goes on keeps its id, and nothing is raised twice%s", async (_, rulesOfNow) => {
  const corral = await Installation.open(rules, start);
  corral.config = { ...corral.config, batch: { maxRecords: 20 } };
  corral.rules = rulesOfNow;
  const enrich = await corral.start("enrich");
  const first = await corral.start("correlate");
  // Live: the log's time goes with the events' time.
  for (let second = 0; second <= 900; second += 5) {
    corral.clock.advance(start + second * 1000 - corral.clock.now());
    await corral.produce([eventAt(second, "long")]);
    if (second % 60 === 0) await corral.judged();
  }
  await corral.judged();
  const before = await corral.alerts();
  const lasting = before.at(-1)!;
  expect(new Set(before.map(({ id }) => id)).size).toBe(1);
  expect(lasting).toMatchObject({ opened_at: start + 5_000, rebuilt: false });

  await corral.stop(first);
  // In the log, but never judged: nobody has heard of this alert.
  await corral.produce([eventAt(901, "fresh"), eventAt(902, "fresh"), eventAt(905, "long")]);
  await corral.enriched();
  corral.store.empty();
  await corral.start("correlate");
  await corral.produce([eventAt(1_000, "long"), eventAt(1_004, "after"), eventAt(1_005, "after")]);
  await corral.judged();

  const said = new Set(before.map(({ id, revision }) => `${id}/${revision}`));
  const all = await corral.alerts();
  const later = all.filter(({ id, revision }) => !said.has(`${id}/${revision}`));
  expect(later).toHaveLength(all.length - before.length);
  const of = (container: string) => later.filter(({ group }) => group.container === container);
  expect(of("long").every(({ id, revision }) => id === lasting.id && revision > lasting.revision)).toBe(true);
  expect(of("after").map(({ rebuilt }) => rebuilt)).toEqual([false]);
  expect(of("fresh").map(({ status, rebuilt }) => ({ status, rebuilt }))).toContainEqual({
    status: "open",
    rebuilt: true,
  });
  await corral.stop(enrich);
  await corral.close();
});
