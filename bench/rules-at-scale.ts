/**
 * What many loaded rules cost: loading them, and an event that none of them matches. `node bench/rules-at-scale.ts`
 * prints one line for each number of rules, with all rules naming event types, and with one in ten naming none.
 */
import { EmbeddedEngine } from "../src/app/embedded-engine.ts";
import { conditionTypes } from "../src/correlation/condition-types.ts";
import type { SecurityEvent } from "../src/events/security-event.ts";
import { compileRules } from "../src/rules/load-rules.ts";
import { type RuleSet, ruleSet } from "../src/rules/rule-set.ts";
import { makeEvent } from "../test/events/make-event.ts";
import { benchRule } from "./write-rules.ts";

const settings = { allowedLateness: 60_000, updateInterval: 60_000, maxEvidence: 50, maxEvents: 1000 };

function load(count: number, withTypes: boolean): { readonly rules: RuleSet; readonly ms: number } {
  const texts = Array.from({ length: count }, (_, n) => ({
    file: `bench_${n}.yml`,
    text: JSON.stringify(benchRule(n, withTypes)),
  }));
  const start = performance.now();
  const rules = ruleSet(compileRules(texts, { conditionTypes }));
  return { rules, ms: performance.now() - start };
}

function eventsWithoutMatch(count: number): readonly SecurityEvent[] {
  return Array.from({ length: count }, (_, n) =>
    makeEvent(
      { process: `server_${n % 100}`, cmdline: `/usr/bin/server --listen ${n % 1000}` },
      {
        id: `e${n}`,
        timestamp: 1_767_600_000_000 + n * 10,
        type: `quiet_${n % 20}`,
        container_id: `c${n % 500}`,
      },
    ),
  );
}

/** Microseconds per event, the best of five rounds. */
function perEvent(rules: RuleSet, events: readonly SecurityEvent[]): number {
  const rounds = Array.from({ length: 5 }, () => {
    const engine = new EmbeddedEngine(rules, settings);
    const start = performance.now();
    for (const event of events) engine.feed(event);
    return ((performance.now() - start) * 1000) / events.length;
  });
  return Math.min(...rounds);
}

for (const withTypes of [true, false]) {
  for (const count of [4, 100, 1_000, 10_000]) {
    const { rules, ms } = load(count, withTypes);
    const cost = perEvent(rules, eventsWithoutMatch(50_000));
    const rss = Math.round(process.memoryUsage().rss / 2 ** 20);
    process.stdout.write(
      `${count} rules, ${withTypes ? "all with types" : "one in ten without"}: loaded in ${(ms / 1000).toFixed(2)} s, ${cost.toFixed(2)} µs per event, ${rss} MiB\n`,
    );
  }
}
