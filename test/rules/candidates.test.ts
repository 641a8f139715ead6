import fc from "fast-check";
import { expect, test } from "vitest";
import { conditionTypes } from "../../src/correlation/condition-types.ts";
import type { JsonMap, SecurityEvent } from "../../src/events/security-event.ts";
import { candidatesOf } from "../../src/rules/candidates.ts";
import { compileRules } from "../../src/rules/load-rules.ts";
import type { Rule } from "../../src/rules/rule.ts";
import { marksOf } from "../../src/rules/rule-set.ts";
import { makeEvent } from "../events/make-event.ts";

function rulesFrom(...wheres: readonly (readonly unknown[])[]): readonly Rule[] {
  const texts = wheres.map((conditions, index) => ({
    file: `r${index}.yml`,
    text: JSON.stringify({
      id: `r${index}`,
      window: "1m",
      group_by: "container",
      conditions: Object.fromEntries(
        conditions.map((where, place) => [`c${place}`, { type: "event_count", where }]),
      ),
    }),
  }));
  return compileRules(texts, { conditionTypes });
}

function asked(rules: readonly Rule[], event: SecurityEvent): readonly string[] {
  return candidatesOf(rules)(event).map(({ id }) => id);
}

function detailed(details: JsonMap, type = "exec"): SecurityEvent {
  return makeEvent(details, { type });
}

test("a rule without a type is asked about events with the text that it requires, in any case and any list", () => {
  const rules = rulesFrom([{ process: "Miner", "cmdline|contains": "pool" }], [{ process: ["bash", "sh"] }]);
  expect(asked(rules, detailed({ process: "MINER" }))).toEqual(["r0"]);
  expect(asked(rules, detailed({ process: ["x", ["sh", "miner"]] }))).toEqual(["r1", "r0"]);
  expect(asked(rules, detailed({ process: "minerd" }))).toEqual([]);
  expect(asked(rules, detailed({}))).toEqual([]);
});

test("a rule without a type or a text is asked about events with the field that it looks at", () => {
  const rules = rulesFrom(
    [{ "process|startswith": "m" }],
    [{ process: "m*", "port|gt": 1 }],
    [{ "port|gt": 1 }, { process: "miner" }],
  );
  expect(asked(rules, detailed({}))).toEqual([]);
  expect(asked(rules, detailed({ process: "sh" }))).toEqual(["r0", "r1"]);
  expect(asked(rules, detailed({ process: ["miner"], port: 1 }))).toEqual(["r0", "r1", "r2"]);
});

test("what an index can say nothing about is asked about every event", () => {
  const every = [
    [{ "process|neq": "miner" }],
    [{ process: ["miner", null] }],
    [["miner"]],
    [[{ process: "miner" }, { parent: "miner" }]],
    [{ process: "miner" }, { process: null }],
  ];
  const rules = rulesFrom(...every);
  expect(asked(rules, detailed({}))).toEqual(rules.map(({ id }) => id));
});

const texts = ["a", "A", "b", "Σς", "σσ", "1", "*"] as const;
const values = fc.constantFrom<string | number | null>(...texts, 1, null);
const keys = fc.constantFrom(
  "type",
  "process",
  "details.process",
  "process|neq",
  "process|cased",
  "process|contains",
  "parent.name|all",
  "process|exists",
);
const maps = fc
  .dictionary(keys, fc.oneof(values, fc.array(values, { minLength: 1, maxLength: 3 })), {
    minKeys: 1,
    maxKeys: 3,
  })
  .map((map) => ("process|exists" in map ? { ...map, "process|exists": true } : map));
const wheres = fc.oneof(maps, fc.array(maps, { minLength: 1, maxLength: 2 }));
const leaves = fc.constantFrom<string | number>(...texts, 1);
const details = fc.record(
  {
    process: fc.oneof(leaves, fc.array(leaves, { maxLength: 2 })),
    parent: fc.oneof(fc.record({ name: leaves }), fc.array(fc.record({ name: leaves }), { maxLength: 2 })),
  },
  { requiredKeys: [] },
);

function compiled(conditions: readonly unknown[]): readonly Rule[] {
  try {
    return rulesFrom(conditions);
  } catch {
    return [];
  }
}

test("every rule that an event is relevant to is among the candidates, once", () => {
  let relevant = 0;
  fc.assert(
    fc.property(
      fc.array(fc.array(wheres, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 4 }),
      fc.array(fc.tuple(details, fc.constantFrom("a", "A", "b", "σΣ", "x")), { minLength: 1, maxLength: 6 }),
      (drawn, events) => {
        const rules = drawn.flatMap(compiled);
        const candidates = candidatesOf(rules);
        for (const [map, type] of events) {
          const event = detailed(map, type);
          const found = candidates(event);
          const needed = rules.filter((rule) => marksOf(rule, event) !== null);
          relevant += needed.length;
          expect(needed.filter((rule) => !found.includes(rule))).toEqual([]);
          expect(new Set(found).size).toBe(found.length);
        }
      },
    ),
    { numRuns: 500 },
  );
  expect(relevant).toBeGreaterThan(500);
});
