/** Sigma's rules through both roles: alerts without state, events in two groups of one rule, correlations of alerts. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { EmbeddedEngine } from "../../src/app/embedded-engine.ts";
import { FinalAlerts } from "../../src/app/final-alerts.ts";
import { judgeSettings } from "../../src/app/judge-settings.ts";
import { conditionTypes } from "../../src/correlation/condition-types.ts";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { compileRules } from "../../src/rules/load-rules.ts";
import { ruleSet } from "../../src/rules/rule-set.ts";
import { Installation } from "./installation.ts";

const text = `
title: Alone
name: alone
logsource: { product: x }
detection: { s: { tool: nmap }, condition: s }
---
title: Answered
name: answered
correlation: { type: temporal, rules: [asks, answers], group-by: [ip], timespan: 30s, aliases: { ip: { asks: dst, answers: src } } }
---
title: Asks
name: asks
logsource: { product: x }
detection: { s: { type: flow }, condition: s }
---
title: Answers
name: answers
logsource: { product: x }
detection: { s: { type: flow, port: 53 }, condition: s }
---
title: Guesses, then a login
name: guessed
generate: true
correlation: { type: temporal_ordered, rules: [guesses, login], group-by: [user], timespan: 5m }
---
title: Guesses
name: guesses
correlation: { type: event_count, rules: [failure], group-by: [user], timespan: 1m, condition: { gte: 3 } }
---
title: Failure
name: failure
logsource: { product: x }
detection: { s: { type: failure }, condition: s }
---
title: Login
name: login
logsource: { product: x }
detection: { s: { type: login }, condition: s }
`;
const rules = ruleSet(compileRules([{ file: "s.yml", text }], { conditionTypes, pipelines: "none" }));
const start = Date.parse("2026-01-11T14:00:00Z");
const end = start + 3_600_000;

function event(second: number, type: string, details: SecurityEvent["details"]): SecurityEvent {
  const id = `${type}-${second}`;
  const timestamp = start + second * 1000;
  return { id, timestamp, type, severity: "low", source: "test", details, enrichment: {} };
}

const events = [
  event(0, "exec", { tool: "nmap" }),
  event(1, "exec", { tool: "nmap", user: "ann" }),
  event(2, "flow", { src: "10.0.0.1", dst: "10.0.0.2" }),
  event(3, "flow", { src: "10.0.0.2", dst: "10.0.0.3", port: 53 }),
  event(60, "flow", { src: "10.0.0.3", dst: "10.0.0.4", port: 53 }),
  ...[100, 110, 120].map((second) => event(second, "failure", { user: "ann" })),
  ...[100, 110].map((second) => event(second, "failure", { user: "bob" })),
  event(150, "login", { user: "bob" }),
  event(160, "login", { user: "ann" }),
];

let corral: Installation;
beforeEach(async () => {
  corral = await Installation.open(rules, end);
});
afterEach(() => corral.close());

describe("Sigma's rules in both roles", () => {
  test("raise what the embedded engine raises, whoever owns the partitions", async () => {
    const engine = new EmbeddedEngine(rules, judgeSettings(corral.config));
    const final = new FinalAlerts();
    for (const each of events.toSorted((a, b) => a.timestamp - b.timestamp)) final.add(engine.feed(each));
    final.add(engine.finish());
    const expected = final
      .list()
      .map(({ rule, group, openedAt, count }) => [rule.id, group, openedAt, count]);
    const raised = expected.map(([id]) => id);
    expect(raised.filter((id) => id === "alone")).toHaveLength(2);
    expect(raised).toContain("answered");
    expect(raised).toContain("guessed");

    await corral.start("enrich");
    const first = await corral.start("correlate");
    await corral.start("correlate");
    await corral.produce(events.slice(0, 7));
    await corral.judged();
    await corral.stop(first);
    await corral.produce(events.slice(7));
    await corral.judged();
    await corral.tick(end + 240_000);
    await corral.judged();

    const records = await corral.alerts();
    const last = [...Map.groupBy(records, ({ id }) => id).values()].map((same) =>
      same.reduce((newest, record) => (record.revision > newest.revision ? record : newest)),
    );
    const got = last
      .filter(({ merged_into: merged }) => merged === null)
      .map(({ rule, group, opened_at, event_count }) => [rule.id, group, opened_at, event_count]);
    expect(new Set(got.map((each) => JSON.stringify(each)))).toEqual(
      new Set(expected.map((each) => JSON.stringify(each))),
    );
    expect(last.every(({ status }) => status === "closed")).toBe(true);
    const alone = records.filter(({ rule }) => rule.id === "alone");
    expect(alone.map(({ status, revision }) => [status, revision])).toEqual([
      ["closed", 1],
      ["closed", 1],
    ]);
  });
});
