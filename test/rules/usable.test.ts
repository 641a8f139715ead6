import fc from "fast-check";
import { expect, test } from "vitest";
import { conditionTypes } from "../../src/correlation/condition-types.ts";
import type { JsonMap, SecurityEvent } from "../../src/events/security-event.ts";
import { compileRules } from "../../src/rules/load-rules.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { marksOf } from "../../src/rules/rule-set.ts";
import { type Addition, usableBy } from "../../src/rules/usable.ts";
import { makeEvent } from "../events/make-event.ts";

function rulesFrom(...conditions: readonly unknown[]): readonly Rule[] {
  const texts = conditions.map((condition, index) => ({
    file: `r${index}.yml`,
    text: JSON.stringify({ id: `r${index}`, window: "1m", group_by: "container", conditions: [condition] }),
  }));
  return compileRules(texts, { conditionTypes });
}

function detailed(details: JsonMap, type = "exec"): SecurityEvent {
  return makeEvent(details, { type });
}

const network: Addition = { adds: ["network", "dst_pod"], from: ["dst_ip", "src_ip"] };
const identity: Addition = { adds: ["user"] };

test("an event is usable by its type, or by the fields that a condition without types looks at", () => {
  const usable = usableBy(
    rulesFrom(
      { type: "event_count", where: { type: "login", user: "ann" } },
      { type: "threshold", field: "cpu.usage", operator: ">", threshold: 1 },
      { type: "unique_count", field: ["a", "b"] },
      { type: "event_count", where: { process: ["miner", "pool"] } },
    ),
    [],
  );
  expect(usable(detailed({}, "LOGIN"))).toBe(true);
  expect(usable(detailed({ cpu: { usage: 0 } }))).toBe(true);
  expect(usable(detailed({ a: 1, b: 1 }))).toBe(true);
  expect(usable(detailed({ process: "Miner" }))).toBe(true);
  expect(usable(detailed({ a: 1, cpu: 1, process: "bash", user: "ann" }))).toBe(false);
});

test("a field that enrichment may add counts as there, where it adds anything", () => {
  const usable = usableBy(rulesFrom({ type: "unique_count", field: "dst_pod" }), [network, identity]);
  expect(usable(detailed({}))).toBe(false);
  expect(usable(detailed({ src_ip: "10.0.0.1" }))).toBe(true);
  for (const field of ["user", "enrichment.user", "user.name"]) {
    const rules = rulesFrom({ type: "unique_count", field });
    expect(usableBy(rules, [identity])(detailed({}))).toBe(true);
    expect(usableBy(rules, [network])(detailed({}))).toBe(false);
  }
  const producers = rulesFrom({ type: "unique_count", field: "details.user" });
  expect(usableBy(producers, [identity])(detailed({}))).toBe(false);
});

test("a condition that may hold of any event makes every event usable", () => {
  for (const where of [{ "process|neq": "x" }, { process: null }, ["x"], { "process|exists": false }]) {
    expect(usableBy(rulesFrom({ type: "event_count", where }), [])(detailed({}))).toBe(true);
  }
});

const names = ["process", "user", "enrichment.user", "dst_pod", "details.dst_pod", "network.dst"] as const;
const texts = fc.constantFrom("a", "A", "b");
const wheres = fc.dictionary(
  fc.oneof(
    fc.constant("type"),
    fc.constantFrom(...names),
    fc.constantFrom(...names).map((name) => `${name}|neq`),
    fc.constantFrom(...names).map((name) => `${name}|contains`),
    fc.constantFrom(...names).map((name) => `${name}|contains|all`),
  ),
  fc.oneof(texts, fc.array(texts, { minLength: 1, maxLength: 2 })),
  { minKeys: 1, maxKeys: 2 },
);
const counts = fc.record({
  type: fc.constant("event_count"),
  where: fc.oneof(wheres, fc.array(wheres, { minLength: 1, maxLength: 2 })),
});
const readings = fc.record(
  {
    type: fc.constantFrom("unique_count", "threshold"),
    field: fc.constantFrom(...names),
    where: wheres,
  },
  { requiredKeys: ["type", "field"] },
);
const patterns = fc.record({
  type: fc.constant("pattern_match"),
  field: fc.constantFrom(...names),
  pattern: texts,
});
const conditions = fc.oneof(counts, readings, patterns);
const values = fc.constantFrom<string | number>("a", "A", "b", "x", 1);
const details = fc.dictionary(fc.constantFrom("process", "user", "dst_pod", "dst_ip"), values);
const additions = fc.record(
  { network: fc.record({ dst: values }), dst_pod: values, user: values },
  { requiredKeys: [] },
);

test("whatever a rule finds relevant once it is enriched was usable before", () => {
  let [relevant, useless] = [0, 0];
  fc.assert(
    fc.property(
      fc.array(conditions, { minLength: 1, maxLength: 4 }),
      fc.array(fc.tuple(details, additions, fc.constantFrom("a", "A", "x")), { maxLength: 8 }),
      (drawn, events) => {
        const rules = rulesFrom(...drawn);
        const usable = usableBy(rules, [network, identity]);
        for (const [map, { user, ...ofNetwork }, type] of events) {
          const event = detailed(map, type);
          const added = { ...(user === undefined ? {} : { user }), ...("dst_ip" in map ? ofNetwork : {}) };
          const enriched = { ...event, enrichment: added as JsonMap };
          const wanted = rules.some((rule) => marksOf(rule, enriched) !== null);
          if (wanted) relevant += 1;
          if (!usable(event)) useless += 1;
          expect(wanted && !usable(event)).toBe(false);
        }
      },
    ),
    { numRuns: 1_000 },
  );
  expect(relevant).toBeGreaterThan(100);
  expect(useless).toBeGreaterThan(100);
});
