/** A rule that reads another's alerts, under the correlate role: its windows outlive the process that filled them. */
import { expect, test } from "vitest";
import { EmbeddedEngine } from "../../src/app/embedded-engine.ts";
import { FinalAlerts } from "../../src/app/final-alerts.ts";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { rulesOf, settings } from "../correlation/support.ts";
import { makeEvent } from "../events/make-event.ts";
import { Installation } from "./installation.ts";

const failures = {
  id: "many_failures",
  window: "10s",
  conditions: [{ type: "event_count", where: { type: "failure" }, threshold: 3 }],
};
const success = {
  id: "failures_then_success",
  severity: "high",
  window: "1m",
  conditions: [{ type: "event_sequence", sequence: ["alert.many_failures", "success"] }],
};
const start = Date.parse("2026-01-05T10:00:00Z");

function eventAt(second: number, type: string): SecurityEvent {
  const id = `${type}-${second}`;
  return makeEvent({}, { id, timestamp: start + second * 1000, type, container_id: "c1" });
}

test("another owner goes on with the chain that the first began", async () => {
  const corral = await Installation.open(rulesOf(failures, success), start);
  await corral.start("enrich");
  const first = await corral.start("correlate");
  await corral.produce([0, 2, 4].map((second) => eventAt(second, "failure")));
  await corral.judged();
  expect((await corral.alerts()).map(({ rule }) => rule.id)).toEqual(["many_failures"]);
  await corral.stop(first);

  await corral.start("correlate");
  await corral.produce([eventAt(30, "success")]);
  await corral.judged();
  const chained = (await corral.alerts()).filter(({ rule }) => rule.id === "failures_then_success");
  expect(chained).toMatchObject([
    {
      status: "open",
      severity: "high",
      opened_at: start + 30_000,
      event_count: 2,
      group: { container: "c1" },
    },
  ]);
  expect(chained[0]?.evidence.map(({ type }) => type)).toEqual(["alert.many_failures", "success"]);
  await corral.close();
});

/** Three containers of a namespace in trouble within ten minutes. */
const spreading = {
  id: "spreading",
  window: "10m",
  group_by: "namespace",
  conditions: [
    { type: "unique_count", field: "container_id", where: { type: "alert.many_failures" }, threshold: 3 },
  ],
};
/** And nobody has said that it is a drill. */
const noDrill = {
  id: "no_drill",
  window: "10m",
  group_by: "namespace",
  conditions: {
    alert: { type: "event_count", where: { type: "alert.many_failures" }, threshold: 1 },
    drill: { type: "event_count", where: { type: "drill" } },
  },
  match: "alert and not drill",
};

/** Failures in seven containers of two namespaces, and a drill in one of them. */
function trouble(): readonly SecurityEvent[] {
  const events = Array.from({ length: 7 }, (_, index) =>
    [0, 2, 4].map((second) => ({
      ...eventAt(index * 20 + second, "failure"),
      id: `failure-${index}-${second}`,
      container_id: `c${index}`,
      enrichment: { namespace: index % 2 === 0 ? "shop" : "test" },
    })),
  ).flat();
  return [...events, { ...eventAt(130, "drill"), container_id: "c9", enrichment: { namespace: "test" } }];
}

function outcomes(alerts: Iterable<{ readonly rule: string; readonly group: object; readonly at: number }>) {
  return [...alerts]
    .map(({ rule, group, at }) => `${rule} ${JSON.stringify(group)} ${(at - start) / 1000}`)
    .sort((a, b) => (a < b ? -1 : 1));
}

test("a chain from containers to namespaces, over partitions, is what the embedded run says", async () => {
  const rules = rulesOf(failures, spreading, noDrill);
  const engine = new EmbeddedEngine(rules, settings);
  const final = new FinalAlerts();
  for (const event of [...trouble()].sort((a, b) => a.timestamp - b.timestamp)) final.add(engine.feed(event));
  final.add(engine.finish());
  const expected = outcomes(
    final.list().map(({ rule, group, openedAt: at }) => ({ rule: rule.id, group, at })),
  );
  expect(expected.filter((line) => line.startsWith("spreading"))).toHaveLength(2);
  expect(expected.filter((line) => line.startsWith("no_drill"))).toHaveLength(1);

  const corral = await Installation.open(rules, start + 7_200_000);
  await corral.start("enrich");
  const replicas = await Promise.all([
    corral.start("correlate"),
    corral.start("correlate"),
    corral.start("correlate"),
  ]);
  await corral.produce(trouble());
  await corral.judged();
  // One owner goes; what it had heard from the others is in its partitions' state.
  await corral.stop(replicas[0]!);
  await corral.tick(start + 3_600_000);
  await corral.until(async () => (await ids(corral)).size >= expected.length);
  await corral.judged();
  const last = new Map((await corral.alerts()).map((alert) => [alert.id, alert]));
  const found = [...last.values()].map(({ rule, group, opened_at: at }) => ({ rule: rule.id, group, at }));
  expect(outcomes(found)).toEqual(expected);
  await corral.close();
});

async function ids(corral: Installation): Promise<ReadonlySet<string>> {
  return new Set((await corral.alerts()).map(({ id }) => id));
}
