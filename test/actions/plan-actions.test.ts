import { describe, expect, test } from "vitest";
import { type ActionSettings, actionId, planActions } from "../../src/actions/plan-actions.ts";
import type { Alert } from "../../src/alerts/alert.ts";
import { alertOf } from "../../src/alerts/alert-of.ts";
import { atLeast, eventAt, rulesOf, start, Told } from "../correlation/support.ts";

const actions = [{ type: "alert" }, { type: "isolate_container", drain: true }, { type: "page", to: "soc" }];
const rules = rulesOf(atLeast(1, "5m", { actions, severity: "critical" }));
const enforce = { mode: "enforce", ttl: 900_000 } as const;

function alerts(): readonly Alert[] {
  const told = new Told(rules);
  told.feed(
    eventAt(0, { user: "ann", dst_ip: "203.0.113.7" }, { enrichment: { namespace: "shop" } }),
    eventAt(90),
  );
  told.finish();
  return told.verdicts.map((verdict) => alertOf(verdict, "events.raw"));
}

const [opened, updated, closed] = alerts();
const plan = (changed: Partial<Alert> = {}, settings: ActionSettings = enforce) =>
  planActions(rules.rules[0]!, { ...opened!, ...changed }, settings);

describe("Planned actions", () => {
  test("are one for each entry of the rule but the alert itself", () => {
    const target = { container: "c1", container_id: "c1", namespace: "shop", user: "ann" };
    expect(plan()).toEqual([
      {
        id: actionId(opened!.id, "isolate_container", target),
        alert_id: opened!.id,
        type: "isolate_container",
        target,
        parameters: { drain: "true" },
        severity: "critical",
        mode: "enforce",
        created_at: start,
        expires_at: start + 900_000,
      },
      expect.objectContaining({ type: "page", parameters: { to: "soc" }, target }),
    ]);
  });

  test("have the same ids with every record of the alert, and whatever becomes of the mode", () => {
    const ids = plan().map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    for (const record of [updated!, closed!]) {
      expect(planActions(rules.rules[0]!, record, enforce).map(({ id }) => id)).toEqual(ids);
    }
    expect(plan({ late: true }, { mode: "enforce", ttl: 1 }).map(({ id }) => id)).toEqual(ids);
  });

  test("have other ids for another alert", () => {
    const ids = new Set([...plan(), ...plan({ id: "another" })].map(({ id }) => id));
    expect(ids.size).toBe(4);
  });

  test("are only told where the mode says so", () => {
    expect(
      planActions(rules.rules[0]!, opened!, { mode: "dry_run", ttl: 1 }).map(({ mode }) => mode),
    ).toEqual(["dry_run", "dry_run"]);
  });

  test.each(["late", "rebuilt"] as const)("of an alert that is %s enforce nothing", (mark) => {
    expect(plan({ [mark]: true }).map(({ mode }) => mode)).toEqual(["dry_run", "dry_run"]);
  });

  test("of a rule in shadow mode there are none", () => {
    expect(plan({ shadow: true })).toEqual([]);
  });
});

test("The id of an action does not depend on the order of its target", () => {
  expect(actionId("a", "page", { x: "1", y: "2" })).toBe(actionId("a", "page", { y: "2", x: "1" }));
  expect(actionId("a", "page", { x: "1" })).not.toBe(actionId("a", "page", { x: "2" }));
});
