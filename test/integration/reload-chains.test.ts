import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EmbeddedEngine } from "../../src/app/embedded-engine.ts";
import { FinalAlerts } from "../../src/app/final-alerts.ts";
import { seededRandom } from "../../src/app/shuffle-arrivals.ts";
import { conditionTypes } from "../../src/correlation/condition-types.ts";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { compileRules } from "../../src/rules/load-rules.ts";
import { ruleSet } from "../../src/rules/rule-set.ts";
import { describeWithServices } from "../services/services.ts";
import type { CorralProcess } from "./support/corral-process.ts";
import { alertKey, differingDuplicates, finalAlerts, Installation } from "./support/installation.ts";
import { disordered, nativeJson } from "./support/load.ts";

const untouched = `
id: many_failures
window: 10s
conditions: [{ type: event_count, where: { type: failure }, threshold: 3 }]
---
id: failures_then_success
window: 1m
conditions: [{ type: event_sequence, sequence: [alert.many_failures, success] }]
---
id: failures_without_success
window: 1m
conditions:
  alert: { type: event_count, where: { type: alert.many_failures } }
  success: { type: event_count, where: { type: success } }
match: alert and not success
`;
const spreading = (threshold: number): string => `
id: spreading
window: 10m
group_by: namespace
conditions: [{ type: unique_count, field: container_id, where: { type: alert.many_failures }, threshold: ${threshold} }]
`;
const noDrill = `
id: no_drill
window: 10m
group_by: namespace
conditions:
  alert: { type: event_count, where: { type: alert.many_failures }, threshold: 1 }
  drill: { type: event_count, where: { type: drill } }
match: alert and not drill
`;
/** Rules over others that take each other's place; a comment alone stands for none. */
const variants = ["# none\n", spreading(2), noDrill, spreading(3), `${spreading(2)}---${noDrill}`];
const standing = 4;

const start = Date.parse("2026-01-05T19:00:00Z");
const minute = 60_000;
/** Changes while the first and the last two hours flow; in between one set stands for four. */
const changes = 24;
const [standsFrom, standsTo, end] = [120, 360, 480];

/** Failures and successes in containers of six namespaces, and drills now and then. */
function trouble(): readonly SecurityEvent[] {
  const random = seededRandom(61);
  const event = (id: string, at: number, type: string, container: string, namespace: string) => ({
    id,
    timestamp: start + Math.floor(at * minute),
    type,
    container_id: container,
    severity: "low" as const,
    source: "load",
    details: {},
    enrichment: { namespace },
  });
  const rounds = Array.from({ length: 1_500 }, (_, index) => {
    const [at, container, namespace] = [random() * end, `c${index}`, `ns-${index % 6}`];
    const each = Array.from({ length: random() < 0.6 ? 3 : 2 }, (_each, step) =>
      event(`f${index}-${step}`, at + step * 0.05, "failure", container, namespace),
    );
    return random() < 0.5 ? [...each, event(`s${index}`, at + 0.5, "success", container, namespace)] : each;
  }).flat();
  const drills = Array.from({ length: 60 }, (_, index) =>
    event(`d${index}`, random() * end, "drill", "c-drill", `ns-${index % 6}`),
  );
  return [...rounds, ...drills].sort((a, b) => a.timestamp - b.timestamp);
}

describeWithServices("kafka", "redis")("Rules over others that change under load", ({ kafka, redis }) => {
  const folder = mkdtempSync(join(tmpdir(), "corral-reload-chains-"));
  writeFileSync(join(folder, "untouched.yml"), untouched);
  writeFileSync(join(folder, "chained.yml"), variants[0]!);
  const corral = new Installation({
    kafka,
    redis,
    settings: {
      CORRAL_IDLE_TIMEOUT: "off",
      CORRAL_RULES: folder,
      CORRAL_RULES_RELOAD: "50ms",
      CORRAL_SESSION_TIMEOUT: "30s",
    },
  });
  const events = trouble();

  beforeAll(() => corral.createTopics());
  afterAll(async () => {
    await corral.close();
    rmSync(folder, { recursive: true });
  });

  let turn = 0;

  /** To the next of the variants. */
  async function change(processes: readonly CorralProcess[]): Promise<void> {
    const before = processes.map(taken);
    const file = join(folder, "chained.yml");
    turn += 1;
    writeFileSync(`${file}.new`, variants[turn % variants.length]!);
    renameSync(`${file}.new`, file);
    await corral.until(
      async () => processes.every((each, index) => taken(each) > before[index]!),
      (all) => all,
      "the change to be taken up",
    );
  }

  /** Events of these minutes, with so many changes while they flow. */
  async function flow(
    from: number,
    to: number,
    times: number,
    processes: readonly CorralProcess[],
  ): Promise<void> {
    const part = disordered(
      events.filter(({ timestamp }) => timestamp >= start + from * minute && timestamp < start + to * minute),
      20_000,
      61,
    );
    const share = Math.ceil(part.length / (times + 1));
    for (let round = 0; round <= times; round += 1) {
      const records = part.slice(round * share, (round + 1) * share);
      const produced = corral.produce(records.map((event) => ({ value: nativeJson(event) })));
      if (round < times) await change(processes);
      await produced;
    }
  }

  /** Also what partitions tell each other has been heard. */
  async function settled(): Promise<void> {
    for (let round = 0; round < 3; round += 1) await corral.drained(120_000);
  }

  test(`${2 * changes} changes leave other alerts as they are`, { timeout: 400_000 }, async () => {
    const processes = await Promise.all([
      corral.run("enrich"),
      corral.run("correlate"),
      corral.run("correlate"),
    ]);
    await flow(0, standsFrom, changes - 1, processes);
    await settled();
    await change(processes);
    expect(turn % variants.length).toBe(standing);
    await flow(standsFrom, standsTo, 0, processes);
    await settled();
    await flow(standsTo, end, changes, processes);
    const last = { id: "end", type: "end", timestamp: start + end * minute + 86_400_000 };
    await corral.produce(
      Array.from({ length: 6 }, (_, partition) => ({ value: JSON.stringify(last), partition })),
    );
    await settled();

    const alerts = await corral.alerts();
    const found = finalAlerts(alerts);
    const isUntouched = (key: string): boolean => !/^(spreading|no_drill) /.test(key);
    expect(found.map(alertKey).filter(isUntouched).sort(inOrder)).toEqual(expectedOf(untouched));
    expect(expectedOf(untouched).length).toBeGreaterThan(1_000);

    const within = (key: string): boolean => {
      const at = (Number(key.slice(key.lastIndexOf(" ") + 1)) - start) / minute;
      return !isUntouched(key) && at >= standsFrom + 30 && at < standsTo - 5;
    };
    const expected = expectedOf(`${untouched}---${variants[standing]}`).filter(within);
    expect(found.map(alertKey).filter(within).sort(inOrder)).toEqual(expected);
    expect(expected.filter((key) => key.startsWith("spreading")).length).toBeGreaterThan(10);
    expect(expected.filter((key) => key.startsWith("no_drill")).length).toBeGreaterThan(10);

    expect(found.filter(({ status }) => status !== "closed").map(alertKey)).toEqual([]);
    expect(differingDuplicates(alerts)).toEqual([]);
    expect(processes.map((each) => each.running)).toEqual([true, true, true]);
    for (const { lines } of processes) {
      expect(lines.filter((line) => line.includes("claim lost") || line.includes("refused"))).toEqual([]);
    }
  });

  /** Keys of the alerts that the rules give where they stand all the time. */
  function expectedOf(text: string): string[] {
    const rules = ruleSet(compileRules([{ file: "rules.yml", text }], { conditionTypes }));
    const engine = new EmbeddedEngine(rules, {
      allowedLateness: 60_000,
      updateInterval: 60_000,
      maxEvidence: 50,
      maxEvents: 1_000,
    });
    const final = new FinalAlerts();
    for (const event of events) final.add(engine.feed(event));
    final.add(engine.finish());
    const keys = final.list().map(({ rule, group, openedAt }) => {
      const [[key, value]] = Object.entries(group) as [[string, string]];
      return `${rule.id} ${key}=${value} ${openedAt}`;
    });
    return keys.sort(inOrder);
  }
});

function inOrder(a: string, b: string): number {
  return a < b ? -1 : 1;
}

/** Changes that the process has taken up. */
function taken({ lines }: CorralProcess): number {
  return lines.filter((line) => line.includes('"msg":"rules changed"')).length;
}
