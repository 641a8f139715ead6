/** Floods of keys and storms of alerts through both roles: bounded, told of with counts, and the real attack is seen. */
import { describe, expect, test } from "vitest";
import type { Alert } from "../../src/alerts/alert.ts";
import { EmbeddedEngine } from "../../src/app/embedded-engine.ts";
import { OverloadReports } from "../../src/app/overload-reports.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { ruleSet } from "../../src/rules/rule-set.ts";
import { atLeast, eventAt, rulesOf, settings, start } from "../correlation/support.ts";
import { Installation } from "./installation.ts";

const partitions = [0, 1, 2, 3];

function configOf(extra: Readonly<Record<string, string>>) {
  return loadConfig({
    flags: { "idle-timeout": "off", "allowed-lateness": "60s" },
    env: extra,
  });
}

const sumOf = (alerts: readonly Alert[], rule: string): number =>
  alerts.filter((alert) => alert.rule.id === rule).reduce((sum, { event_count }) => sum + event_count, 0);

/** Groups that the store holds, and those that it counts. */
async function liveIn({ store }: Installation): Promise<readonly [held: number, counted: number]> {
  const states = partitions.map((partition) => store.partition(partition));
  const held = (await Promise.all(states.map((state) => state.size()))).map(({ groups }) => groups);
  const counted = await Promise.all(states.map(async (state) => [...(await state.claim()).live.values()]));
  const sum = (numbers: readonly number[]) => numbers.reduce((all, number) => all + number, 0);
  return [sum(held), sum(counted.flat())];
}

describe("A flood of keys", () => {
  const rules = rulesOf({ ...atLeast(3, "600s"), group_by: ["container_id"] });
  const flood = (second: number, n: number): SecurityEvent =>
    eventAt(
      second,
      {},
      { id: `f${n}`, container_id: `flood-${n}`, enrichment: { cluster: "eu", node: "loud" } },
    );
  const attack = (second: number): SecurityEvent =>
    eventAt(
      second,
      {},
      { id: `x${second}`, container_id: "victim", enrichment: { cluster: "eu", node: "quiet" } },
    );

  test("stays below the cap, is told of with counts, and hides no attack seen from another node", async () => {
    const installation = await Installation.open(rules, start);
    const restarts = [1, 3];
    let stayed = 0;
    try {
      installation.config = configOf({ CORRAL_STATE_MAX_GROUPS: "200" });
      await installation.start("enrich");
      let correlator = await installation.start("correlate");
      let n = 0;
      for (const minute of [0, 1, 2, 3, 4]) {
        const events = Array.from({ length: 400 }, () => flood(minute * 60, n++));
        await installation.produce([...events.slice(0, 200), attack(minute * 60)]);
        await installation.judged();
        // Of one minute: counted, and not told when the owner goes.
        await installation.produce(events.slice(200));
        await installation.judged();
        if (!restarts.includes(minute)) continue;
        await installation.stop(correlator);
        correlator = await installation.start("correlate");
      }
      // Before event time moves on and groups expire; 4 rounds of giving up may leave a few for the next slice.
      const [held, counted] = await liveIn(installation);
      expect(counted).toBe(held);
      expect(held).toBeLessThanOrEqual(200);
      stayed = held;
      // A minute on, so that what was not told yet is; nothing has expired by then.
      await installation.tick(start + 330_000);
      await installation.judged();
    } finally {
      await installation.close();
    }
    const alerts = await installation.alerts();
    expect(alerts.filter(({ rule }) => rule.id === "r0").map(({ group }) => group)).toContainEqual({
      container_id: "victim",
    });
    const shed = alerts.filter(({ rule }) => rule.id === "corral_groups_shed");
    expect(shed.length).toBeGreaterThan(0);
    expect(shed.length).toBeLessThanOrEqual(4 * 7);
    expect(sumOf(alerts, "corral_groups_shed")).toBe(5 * 400 + 1 - stayed);
    expect(new Set(shed.map(({ id }) => id)).size).toBe(shed.length);
    expect(shed[0]!.reason).toContain("r0 has more live groups than its share of state.max_groups");
    expect(shed.some(({ conditions }) => conditions.some(({ name }) => name === "from eu/loud"))).toBe(true);
  });

  test("counts all that it made go, with what is still to be told", async () => {
    const installation = await Installation.open(rules, start);
    try {
      installation.config = configOf({ CORRAL_STATE_MAX_GROUPS: "40" });
      await installation.start("enrich");
      await installation.start("correlate");
      await installation.produce(Array.from({ length: 1_000 }, (_, n) => flood(n / 100, n)));
      await installation.judged();
      const [held] = await liveIn(installation);
      expect(held).toBeLessThanOrEqual(40);
      // The minute after: what was not told yet is.
      await installation.tick(start + 200_000);
      await installation.judged();
      expect(sumOf(await installation.alerts(), "corral_groups_shed")).toBe(1_000 - held);
    } finally {
      await installation.close();
    }
  });

  test("hides no attack from the flooding node that goes on within as many new groups as the share", () => {
    const own = (second: number) =>
      eventAt(
        second,
        {},
        { id: `own${second}`, container_id: "own", enrichment: { cluster: "eu", node: "loud" } },
      );
    const seen = (apart: number): boolean => {
      const engine = new EmbeddedEngine(rulesOf({ ...atLeast(6, "600s"), group_by: ["container_id"] }), {
        ...settings,
        maxGroups: 100,
      });
      const said = [];
      for (let n = 0; n < 2_000; n += 1) {
        said.push(...engine.feed(flood(n / 10, n)));
        // After the flood: groups of before it stay while there are others.
        if (n > 200 && n % apart === 0) said.push(...engine.feed(own(n / 10)));
      }
      return said.some(({ group }) => group.container_id === "own");
    };
    expect(seen(40)).toBe(true);
    expect(seen(300)).toBe(false);
  });

  test("is bounded in the embedded engine, too", () => {
    const engine = new EmbeddedEngine(rules, { ...settings, maxGroups: 50 });
    const said = [];
    for (let n = 0; n < 2_000; n += 1) {
      said.push(...engine.feed(flood(n / 10, n)));
      if (n % 100 === 0) said.push(...engine.feed(attack(n / 10)));
    }
    expect(said.some(({ group }) => group.container_id === "victim")).toBe(true);
    expect(engine.counts.shed).toBeGreaterThan(1_900);
  });
});

describe("A group that is given up", () => {
  const rules = rulesOf({ ...atLeast(1, "600s"), group_by: ["container_id"] });

  test("closes its alert, so that no alert stays open for ever", () => {
    const engine = new EmbeddedEngine(rules, { ...settings, maxGroups: 10 });
    const said = Array.from({ length: 100 }, (_, n) =>
      engine.feed(eventAt(n / 10, {}, { id: `e${n}`, container_id: `c${n}` })),
    ).flat();
    const opened = said.filter(({ status }) => status === "open").length;
    const closed = said.filter(({ status }) => status === "closed").length;
    expect(opened).toBe(100);
    expect(closed).toBe(engine.counts.shed);
    expect(closed).toBeGreaterThanOrEqual(80);
  });
});

describe("A storm of alerts", () => {
  test.each([
    ["of groups", { ...atLeast(1, "60s"), group_by: ["container_id"] }],
    ["of a rule that counts alerts", { ...atLeast(2, "60s"), group_by: ["container_id"] }],
  ])("%s gives bounded records whose counts add up", async (_, rule) => {
    const installation = await Installation.open(rulesOf(rule), start);
    const events = Array.from({ length: 2_000 }, (__, n) =>
      eventAt((n % 100) / 10, {}, { id: `e${n}`, container_id: `c${n % 500}` }),
    );
    try {
      installation.config = configOf({ CORRAL_ALERTS_MAX_PER_MINUTE: "20" });
      await installation.start("enrich");
      const correlator = await installation.start("correlate");
      await installation.produce(events.slice(0, 1_500));
      await installation.judged();
      await installation.stop(correlator);
      await installation.start("correlate");
      await installation.produce(events.slice(1_500));
      for (const later of [300_000, 600_000, 900_000]) {
        await installation.tick(start + later);
        await installation.judged();
      }
    } finally {
      await installation.close();
    }
    const alerts = await installation.alerts();
    const closed = alerts.filter(({ status, merged_into }) => status === "closed" && merged_into === null);
    // Each owner counts anew; events of 100 instants, so that one of the groups' four may open another alert.
    expect(
      alerts.filter(({ rule: { id }, status }) => id === "r0" && status === "open").length,
    ).toBeLessThanOrEqual(2 * 4 * 20);
    expect(sumOf(closed, "r0") + sumOf(closed, "corral_alert_storm")).toBe(2_000);
    expect(await installation.actions()).toEqual([]);
  });

  test("of a rule without state is bounded alike, each minute anew", () => {
    const [rule] = rulesOf({
      window: "0s",
      group_by: [],
      conditions: [{ type: "event_count", where: { type: "a" } }],
    }).rules;
    const engine = new EmbeddedEngine(ruleSet([{ ...rule!, stateless: true }]), {
      ...settings,
      maxAlertsPerMinute: 5,
    });
    const said = Array.from({ length: 120 }, (_, n) => engine.feed(eventAt(n))).flat();
    expect(said.map(({ openedAt }) => (openedAt - start) / 1000)).toEqual([
      0, 1, 2, 3, 4, 60, 61, 62, 63, 64,
    ]);
    expect(engine.muted).toBe(110);
  });
});

describe("Reports of overload", () => {
  test("tell the first at once, the rest once a minute of event time, and forget nothing between owners", () => {
    const where = { topic: "events.enriched", partition: "2" };
    const first = new OverloadReports(where);
    first.group("r", "eu/n1");
    expect(first.due(start).map(({ count }) => count)).toEqual([1]);
    for (let n = 0; n < 20; n += 1) first.group("r", `eu/n${n % 12}`);
    first.alert("r", 7);
    first.alert("r", 5);
    expect(first.due(start + 1).map(({ rule, count }) => [rule, count])).toEqual([
      ["corral_alert_storm", 12],
    ]);
    const second = new OverloadReports(where, JSON.parse(JSON.stringify(first.records())));
    second.group("r", "eu/n1");
    expect(second.due(start + 59_000)).toEqual([]);
    const [told] = second.due(start + 60_000);
    expect(told).toMatchObject({ rule: "corral_groups_shed", count: 21, group: { rule: "r", ...where } });
    expect(Object.values(told!.figures!).reduce((sum, n) => sum + n, 0)).toBe(2 * 21);
    expect(second.due(start + 180_000)).toEqual([]);
    expect(second.records()).toEqual([]);
  });
});
