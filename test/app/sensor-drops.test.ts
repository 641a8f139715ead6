/** Sensors that lose events: alerts of that time and node say that they may lack some, in whichever partition they are. */
import { expect, test } from "vitest";
import { EmbeddedEngine } from "../../src/app/embedded-engine.ts";
import { FinalAlerts } from "../../src/app/final-alerts.ts";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { rulesOf, settings } from "../correlation/support.ts";
import { makeEvent } from "../events/make-event.ts";
import { Installation } from "./installation.ts";

const start = Date.parse("2026-01-05T10:00:00Z");
const rules = rulesOf({
  id: "two",
  window: "10s",
  conditions: [{ type: "event_count", where: { type: "a" }, threshold: 2 }],
});

function eventAt(second: number, container: string, node: string, type = "a"): SecurityEvent {
  return makeEvent(
    {},
    {
      id: `${type}-${container}-${second}`,
      timestamp: start + second * 1_000,
      type,
      container_id: type === "a" ? container : null,
      enrichment: { node },
    },
  );
}

/** On n1 something is lost at 5 s: c1 and c2 are there, c3 is elsewhere, c4 comes later. */
const events = [
  eventAt(0, "c1", "n1"),
  eventAt(1, "c2", "n1"),
  eventAt(2, "c3", "n2"),
  eventAt(5, "", "n1", "sensor.drops"),
  eventAt(6, "c1", "n1"),
  eventAt(6, "c2", "n1"),
  eventAt(7, "c3", "n2"),
  eventAt(60, "c4", "n1"),
  eventAt(61, "c4", "n1"),
];
const expected = [
  ["c1", true],
  ["c2", true],
  ["c3", false],
  ["c4", false],
];

test("in the embedded engine", () => {
  const engine = new EmbeddedEngine(rules, settings);
  const alerts = new FinalAlerts();
  for (const event of events) alerts.add(engine.feed(event));
  alerts.add(engine.finish());
  expect(alerts.list().map(({ group, gap }) => [group.container, gap])).toEqual(expected);
});

test("over the roles, whoever owns the partition when the alert closes", async () => {
  const corral = await Installation.open(rules, start);
  await corral.start("enrich");
  const first = await corral.start("correlate");
  await corral.produce(events);
  await corral.judged();
  await corral.stop(first);
  await corral.start("correlate");
  await corral.tick(start + 240_000);
  await corral.judged();
  const last = new Map((await corral.alerts()).map((alert) => [alert.id, alert]));
  const closed = [...last.values()].filter(({ status }) => status === "closed");
  const said = closed.map(({ group, gap }) => [group.container, gap]);
  expect(said).toHaveLength(expected.length);
  expect(said).toEqual(expect.arrayContaining(expected));
  await corral.close();
});
