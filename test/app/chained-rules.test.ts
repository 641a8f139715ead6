/** A rule that reads another's alerts, under the correlate role: its windows outlive the process that filled them. */
import { expect, test } from "vitest";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { chainsAcrossGroups } from "../../src/rules/chains.ts";
import { rulesOf } from "../correlation/support.ts";
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

test("a chain from one grouping to another is named, with its place", () => {
  const rules = rulesOf(failures, { ...success, group_by: "namespace" });
  expect(chainsAcrossGroups(rules.rules)).toMatchObject([{ code: "chain-across-groups", file: "r1.yml" }]);
});
