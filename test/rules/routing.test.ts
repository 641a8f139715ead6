import { describe, expect, test } from "vitest";
import { route } from "../../src/rules/routing.ts";
import { eventAt, rulesOf } from "../correlation/support.ts";

const login = { type: "event_count", where: { type: "login" } };
const rules = rulesOf(
  { conditions: [login] },
  { conditions: [login], group_by: "user" },
  { conditions: [{ ...login, where: { type: "login", country: "XX" } }], group_by: "user" },
  { conditions: [{ ...login, where: { type: "exec" } }], group_by: ["namespace", "user"] },
  { conditions: [{ ...login, where: { type: "boot" } }], group_by: [] },
);

function routed(type: string, details: Parameters<typeof eventAt>[1] = {}, container: string | null = "c1") {
  const { routes, used } = route(rules, eventAt(0, details, { type, container_id: container }));
  return { keys: routes.map(({ key, copy }) => (copy ? `copy ${key}` : key)), used };
}

describe("Routes of an event", () => {
  test("are its own key, and a copy for each further group that some rule puts it in", () => {
    expect(routed("login", { user: "ann" })).toEqual({ keys: ["container=c1", "copy user=ann"], used: true });
  });

  test("one copy serves all rules of the dimension", () => {
    expect(routed("login", { user: "ann", country: "XX" }).keys).toEqual(["container=c1", "copy user=ann"]);
  });

  test("none for a dimension whose rules the event does not pass, or whose field it lacks", () => {
    expect(routed("exec", { user: "ann" }).keys).toEqual(["container=c1"]);
    expect(routed("login").keys).toEqual(["container=c1"]);
    expect(routed("exec", { user: "ann", namespace: "shop" }).keys).toEqual([
      "container=c1",
      "copy namespace=shop&user=ann",
    ]);
  });

  test("the one global group is a key too", () => {
    expect(routed("boot").keys).toEqual(["container=c1", "copy *"]);
  });

  test("an event without a container goes by the first thing it knows, and is not copied to the same key", () => {
    expect(routed("login", { user: "ann" }, null)).toEqual({ keys: ["user=ann"], used: true });
  });

  test("one that no rule can use has its primary record alone, and says so", () => {
    expect(routed("metric", { user: "ann" })).toEqual({ keys: ["container=c1"], used: false });
    expect(routed("login", {}, null)).toEqual({ keys: ["event=at 0"], used: false });
    expect(routed("exec", { user: "ann" }).used).toBe(false);
  });
});
