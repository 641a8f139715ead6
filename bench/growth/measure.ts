/**
 * One size of one dimension in a process of its own: `node --expose-gc measure.ts JSON` prints one line of JSON. CPU is the
 * operating system's, over all threads, of events that come when everything has its size already.
 */

import { EmbeddedEngine } from "../../src/app/embedded-engine.ts";
import { FinalAlerts } from "../../src/app/final-alerts.ts";
import { seededRandom } from "../../src/app/shuffle-arrivals.ts";
import { conditionTypes } from "../../src/correlation/condition-types.ts";
import { indicatorKey } from "../../src/enrichment/indicator.ts";
import { IndicatorTable } from "../../src/enrichment/indicator-table.ts";
import type { JsonMap, SecurityEvent } from "../../src/events/security-event.ts";
import { compileRules } from "../../src/rules/load-rules.ts";
import { type RuleSet, ruleSet } from "../../src/rules/rule-set.ts";
import { makeEvent } from "../../test/events/make-event.ts";
import { engineLoad } from "../engine/engine-load.ts";
import { at, indicatorOf, sampleValue } from "../sample-tables.ts";
import { compareLines } from "../support/compare-lines.ts";
import { expectedLines, linesOf, rulesOf, settings } from "../support/oracle.ts";
import { ownCpu } from "../support/own-cpu.ts";
import { differences } from "../support/section.ts";
import { benchRule } from "../write-rules.ts";

export type Dimension = "rules" | "groups" | "window" | "patterns" | "indicators" | "late";

export interface GrowthTask {
  readonly dimension: Dimension;
  readonly size: number;
  readonly rules: readonly string[];
  readonly seed: number;
}

export interface Grown {
  /** Microseconds of CPU an event or look-up. */
  readonly cpu: number;
  /** Bytes of heap a live group, collected; of `groups` only. */
  readonly heap: number | null;
  /** Resident memory of the whole process with all groups, MiB; of `groups` only. */
  readonly resident?: number;
  /** What is wrong with the alerts; of `late` only: elsewhere there are none. */
  readonly failures?: readonly string[];
}

const start = Date.parse("2026-01-05T19:00:00Z");
const rounds = 200_000;

const measures: Readonly<Record<Dimension, (task: GrowthTask) => Grown>> = {
  rules: ({ size, rules, seed }) => {
    const four = rulesOf(rules).rules;
    const more = compiled(Array.from({ length: size - four.length }, (_, n) => benchRule(n, false))).rules;
    const engine = new EmbeddedEngine(ruleSet([...four, ...more]), settings);
    const random = seededRandom(seed);
    const types = ["privilege_escalation", "process_start", "file_read", "dns_query"];
    return fed(engine, rounds, (n) =>
      event(n, `c${Math.floor(random() * 500)}`, n * 10, types[n % 40] ?? `quiet_${n % 20}`, {
        process: `server_${n % 100}`,
        cmdline: `/usr/bin/server --listen ${n % 1_000}`,
      }),
    );
  },
  groups: ({ size, seed }) => {
    const engine = new EmbeddedEngine(
      compiled([
        counting({
          window: "24h",
          conditions: [{ type: "event_count", where: { type: "a" }, threshold: 1e6 }],
        }),
      ]),
      settings,
    );
    const before = heap();
    for (let n = 0; n < size; n += 1) engine.feed(event(n, `c${n}`, 0, "a"));
    const resident = process.memoryUsage().rss / 2 ** 20;
    const held = (heap() - before) / size;
    const random = seededRandom(seed);
    const { cpu } = fed(engine, rounds, (n) => event(size + n, `c${Math.floor(random() * size)}`, n, "a"));
    return { cpu, heap: held, resident };
  },
  window: ({ size }) => {
    const conditions = [
      { type: "event_count", where: { type: "a" }, threshold: 1e6 },
      { type: "unique_count", where: { type: "a" }, field: "user", threshold: 50 },
      { type: "threshold", where: { type: "a" }, field: "bytes", aggregate: "sum", threshold: 1e12 },
    ];
    const rules = conditions.map((condition, index) =>
      counting({ id: `window_${index}`, window: `${size}s`, conditions: [condition] }),
    );
    const engine = new EmbeddedEngine(compiled(rules), { ...settings, maxEvents: 100_000 });
    const one = (n: number): SecurityEvent =>
      event(n, "c", n * 1_000, "a", { user: `u${n % 20}`, bytes: n % 1_000 });
    for (let n = 0; n < size; n += 1) engine.feed(one(n));
    return fed(engine, 50_000, (n) => one(size + n));
  },
  patterns: ({ size }) => {
    const texts = Array.from({ length: size }, (_, n) => `--pool${n}.example`);
    const rule = counting({
      window: "1m",
      conditions: [{ type: "event_count", where: { "cmdline|contains": texts }, threshold: 1 }],
    });
    return fed(new EmbeddedEngine(compiled([rule]), settings), rounds, (n) =>
      event(n, `c${n % 500}`, n * 10, "exec", {
        cmdline: `/usr/bin/server --listen ${n % 1_000} --pool ${n} --config /etc/server/production.yaml`,
      }),
    );
  },
  indicators: ({ size }) => {
    const table = new IndicatorTable();
    for (let n = 0; n < size; n += 1) {
      const one = indicatorOf(n);
      table.take(indicatorKey(one), one);
    }
    const spread = Array.from({ length: rounds }, (_, k) => Math.floor((k * size) / rounds / 10) * 10);
    const texts = spread.map((n, k) =>
      k % 2 === 0 ? sampleValue(n + 1).value : `api-${n}.shop.example.com`,
    );
    let found = 0;
    const cpu = ownCpu(() => {
      for (const text of texts) found += table.find("domain", text, at).length;
    });
    if (found === 0) throw new Error("Cannot measure: some indicators must be found");
    return { cpu: cpu / rounds, heap: null };
  },
  late: ({ size, rules, seed }) => {
    const shares = { irrelevant: 0.6, hot: 0, lone: 0.1, late: size / 100 };
    const { lines, inOrder } = engineLoad({ ...shares, seed, count: rounds, shape: "native" });
    const arrivals = lines.map((line) => JSON.parse(line) as SecurityEvent);
    const engine = new EmbeddedEngine(rulesOf(rules), settings);
    const alerts = new FinalAlerts();
    const cpu = ownCpu(() => {
      for (const arrival of arrivals) alerts.add(engine.feed(arrival));
    });
    alerts.add(engine.finish());
    const difference = compareLines(expectedLines(inOrder, rules), linesOf(alerts));
    return { cpu: cpu / rounds, heap: null, failures: differences(`${size} % late`, difference) };
  },
};

if (import.meta.main) {
  const task = JSON.parse(process.argv[2]!) as GrowthTask;
  process.stdout.write(`${JSON.stringify(measures[task.dimension](task))}\n`);
}

/** Events are made before, a tenth of them to warm up. */
function fed(engine: EmbeddedEngine, count: number, make: (n: number) => SecurityEvent): Grown {
  const events = Array.from({ length: count }, (_, n) => make(n));
  const warm = Math.floor(count / 10);
  for (let n = 0; n < warm; n += 1) engine.feed(events[n]!);
  const cpu = ownCpu(() => {
    for (let n = warm; n < count; n += 1) engine.feed(events[n]!);
  });
  return { cpu: cpu / (count - warm), heap: null };
}

function event(n: number, container: string, ms: number, type: string, details: JsonMap = {}): SecurityEvent {
  return makeEvent(details, { id: `e${n}`, timestamp: start + ms, type, container_id: container });
}

function counting(document: object): object {
  return { id: "bench", name: "Bench", severity: "low", group_by: "container", ...document };
}

function compiled(documents: readonly object[]): RuleSet {
  const texts = documents.map((document, n) => ({ file: `bench_${n}.yml`, text: JSON.stringify(document) }));
  return ruleSet(compileRules(texts, { conditionTypes }));
}

function heap(): number {
  (globalThis as { gc?: () => void }).gc!();
  return process.memoryUsage().heapUsed;
}
