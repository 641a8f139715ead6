import fc from "fast-check";
import { expect, test } from "vitest";
import { conditionTypes } from "../../src/correlation/condition-types.ts";
import { chainFaults, chainsOf, producedTypes } from "../../src/rules/chains.ts";
import { checkRules, compileRules } from "../../src/rules/load-rules.ts";
import type { Rule } from "../../src/rules/rule.ts";

interface Sketch {
  readonly reads: readonly number[];
  readonly emits: readonly number[];
  readonly alerts: boolean;
}

/** Types that rules read: the alert of r0 to r7, then what is emitted, then what nobody makes. */
const readable = [...Array.from({ length: 8 }, (_, index) => `alert.r${index}`), "made", "other", "sensor"];
const sketches = fc.array(
  fc.record({
    reads: fc.array(fc.nat(readable.length - 1), { minLength: 1, maxLength: 3 }),
    emits: fc.array(fc.constantFrom(8, 9), { maxLength: 2 }),
    alerts: fc.boolean(),
  }),
  { minLength: 1, maxLength: 8 },
);

function rulesFrom(drawn: readonly Sketch[]): readonly Rule[] {
  const texts = drawn.map(({ reads, emits, alerts }, index) => ({
    file: `r${index}.yml`,
    text: JSON.stringify({
      id: `r${index}`,
      window: "1m",
      group_by: "container",
      conditions: reads.map((type) => ({ type: "event_count", where: { type: readable[type] } })),
      actions: [
        ...(alerts || emits.length === 0 ? [{ type: "alert" }] : []),
        ...emits.map((type) => ({ emit: { type: readable[type] } })),
      ],
    }),
  }));
  const { rules, faults } = checkRules(texts, { conditionTypes });
  expect(faults.filter(({ code }) => code !== "cycle")).toEqual([]);
  return rules;
}

/** The definition: some condition names literally a type that the producer makes. */
function reads(reader: Rule, producer: Rule): boolean {
  const produced = producedTypes(producer);
  return reader.conditions.some(({ types }) => types?.some((type) => produced.includes(type)));
}

/** Everything that the rule's events reach. */
function reached(rule: Rule, rules: readonly Rule[]): ReadonlySet<Rule> {
  const found = new Set<Rule>();
  const todo = [rule];
  for (let from = todo.pop(); from !== undefined; from = todo.pop()) {
    for (const reader of rules) {
      if (found.has(reader) || !reads(reader, from)) continue;
      found.add(reader);
      todo.push(reader);
    }
  }
  return found;
}

test("readers, in the order of the rules, are those that the definition names", () => {
  fc.assert(
    fc.property(sketches, (drawn) => {
      const rules = rulesFrom(drawn);
      const chains = chainsOf(rules);
      for (const producer of rules) {
        expect(chains.readersOf(producer)).toEqual(rules.filter((reader) => reads(reader, producer)));
      }
    }),
  );
});

test("rules in a circle are refused, exactly; without circles a rule stands one above the highest it reads", () => {
  fc.assert(
    fc.property(sketches, (drawn) => {
      const rules = rulesFrom(drawn);
      const circular = rules.filter((rule) => reached(rule, rules).has(rule));
      expect(chainFaults(rules).map(({ file }) => file)).toEqual(circular.map(({ file }) => file));
      if (circular.length > 0) return;
      const chains = chainsOf(rules);
      for (const rule of rules) {
        const below = rules.filter((producer) => reads(rule, producer)).map(chains.levelOf);
        expect(chains.levelOf(rule)).toBe(Math.max(-1, ...below) + 1);
      }
      expect(chains.levels).toBe(Math.max(...rules.map(chains.levelOf)) + 1);
    }),
  );
});

test("a chain of ten thousand rules is read to its end", () => {
  const [model] = compileRules(
    [
      {
        file: "r.yml",
        text: "{id: r, window: 1m, group_by: container, conditions: [{type: event_count, where: {type: a}}]}",
      },
    ],
    { conditionTypes },
  );
  const rules = Array.from({ length: 10_000 }, (_, index) => ({
    ...model!,
    id: `r${index}`,
    conditions: [{ ...model!.conditions[0]!, types: [`alert.r${index - 1}`] }],
  }));
  expect(chainFaults(rules)).toEqual([]);
  expect(chainsOf(rules).levelOf(rules[9_999]!)).toBe(9_999);
});
