/** A rule in shadow mode under the roles: what it says is marked, and nothing acts on it. */
import { expect, test } from "vitest";
import { findingsOf, shadowDiff } from "../../src/app/shadow-diff.ts";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { rulesOf } from "../correlation/support.ts";
import { makeEvent } from "../events/make-event.ts";
import { Installation } from "./installation.ts";

const start = Date.parse("2026-01-05T10:00:00Z");
const rule = (threshold: number, rest = {}) => ({
  id: "many_failures",
  window: "10s",
  conditions: [{ type: "event_count", where: { type: "failure" }, threshold }],
  actions: [{ type: "alert" }, { type: "isolate_container" }],
  ...rest,
});
/** Nothing in shadow mode feeds it. */
const reader = {
  id: "reader",
  window: "1m",
  conditions: [{ type: "event_count", where: { type: "alert.many_failures" } }],
};

function failures(container: string, ...seconds: readonly number[]): readonly SecurityEvent[] {
  return seconds.map((second) =>
    makeEvent(
      {},
      {
        id: `${container}-${second}`,
        timestamp: start + second * 1000,
        type: "failure",
        container_id: container,
      },
    ),
  );
}

test("a lower threshold on trial shows what it would add, and plans nothing", async () => {
  const corral = await Installation.open(rulesOf(rule(3), rule(2, { mode: "shadow" }), reader), start);
  await corral.start("enrich");
  await corral.start("correlate");
  await corral.produce([...failures("c1", 0, 1, 2), ...failures("c2", 0, 1)]);
  await corral.judged();

  const alerts = await corral.alerts();
  const shown = alerts.map(({ rule: { id }, shadow, group }) => `${id} ${shadow} ${group.container}`);
  expect(new Set(shown)).toEqual(
    new Set(["many_failures false c1", "many_failures true c1", "many_failures true c2", "reader false c1"]),
  );
  const [live, onTrial] = [false, true].map((shadow) => alerts.find((each) => each.shadow === shadow));
  expect(onTrial?.fingerprint).not.toBe(live?.fingerprint);
  expect(alerts.filter(({ shadow }) => shadow).flatMap(({ actions }) => actions)).toEqual([]);
  expect((await corral.actions()).map(({ target }) => target.container)).toEqual(["c1"]);

  const last = new Map(alerts.map((alert) => [alert.id, alert]));
  const [diff] = shadowDiff(findingsOf([...last.values()], 60_000), []);
  const pairs = diff?.pairs.map(({ live, shadow }) => [live?.group.container, shadow?.group.container]);
  expect(pairs).toHaveLength(2);
  expect(pairs).toEqual(
    expect.arrayContaining([
      ["c1", "c1"],
      [undefined, "c2"],
    ]),
  );
  await corral.close();
});
