import { describe, expect, test } from "vitest";
import { conditionTypes } from "../../src/correlation/condition-types.ts";
import type { AnyConditionType } from "../../src/rules/condition-type.ts";
import { compileRules } from "../../src/rules/load-rules.ts";
import { marksOf, type RuleSet, ruleSet, windowName } from "../../src/rules/rule-set.ts";
import { eventAt, rulesOf } from "../correlation/support.ts";

const login = { type: "event_count", where: { type: "login" } };

/** Rules whose conditions count how often they are asked about an event. */
function counting(...documents: readonly Readonly<Record<string, unknown>>[]): {
  readonly rules: RuleSet;
  readonly asked: Map<string, number>;
} {
  const asked = new Map<string, number>();
  const watched = conditionTypes.map(
    (type): AnyConditionType => ({
      ...type,
      compile: (options, context) => {
        const condition = type.compile(options, context);
        return condition === null
          ? null
          : {
              ...condition,
              mark: (event) => {
                asked.set(context.name, (asked.get(context.name) ?? 0) + 1);
                return condition.mark(event);
              },
            };
      },
    }),
  );
  const texts = documents.map((document, index) => ({
    file: `r${index}.yml`,
    text: JSON.stringify({ id: `r${index}`, ...document }),
  }));
  return { rules: ruleSet(compileRules(texts, { conditionTypes: watched })), asked };
}

function candidates(rules: RuleSet, type: string): readonly string[] {
  return [...rules.dimensions.values()].flatMap((dimension) =>
    dimension.candidates(eventAt(0, {}, { type })).map(({ id }) => id),
  );
}

describe("The index of rules", () => {
  test("a rule whose types do not fit is not asked at all", () => {
    const named = (name: string, type: string) => ({ conditions: [{ ...login, name, where: { type } }] });
    const { rules, asked } = counting(named("first", "login"), named("second", "logout"));
    for (const dimension of rules.dimensions.values()) {
      for (const type of ["login", "login", "exec"]) {
        const event = eventAt(0, {}, { type });
        for (const rule of dimension.candidates(event)) marksOf(rule, event);
      }
    }
    expect(Object.fromEntries(asked)).toEqual({ first: 2 });
  });

  test("a rule is asked about the types of all its conditions, in any case", () => {
    const rules = rulesOf({
      conditions: [
        { type: "event_sequence", sequence: ["Login", { where: { type: ["exec", "fork"] } }] },
        { type: "time_pattern", pattern: "weekend" },
      ],
    });
    expect(candidates(rules, "login")).toEqual(["r0"]);
    expect(candidates(rules, "LOGIN")).toEqual(["r0"]);
    expect(candidates(rules, "fork")).toEqual(["r0"]);
    expect(candidates(rules, "logout")).toEqual([]);
  });

  test("one with a condition for any type is asked about all", () => {
    const rules = rulesOf(
      { conditions: [login, { type: "threshold", field: "timestamp" }] },
      { conditions: [login] },
    );
    expect(candidates(rules, "metric")).toEqual(["r0"]);
    expect(candidates(rules, "login")).toEqual(["r0", "r1"]);
  });

  test("a wildcard is any type, the rule's where narrows it", () => {
    const any = { type: "event_count", where: { type: "log*" } };
    const rules = rulesOf({ conditions: [any] }, { where: { type: "login" }, conditions: [any] });
    expect(candidates(rules, "exec")).toEqual(["r0"]);
    expect(candidates(rules, "login")).toEqual(["r0", "r1"]);
  });

  test("names of Object's own are types like others", () => {
    expect(candidates(rulesOf({ conditions: [login] }), "constructor")).toEqual([]);
  });
});

describe("A rule set", () => {
  test("leaves out what is not enabled", () => {
    const rules = rulesOf({ conditions: [login], enabled: false }, { conditions: [login], window: "5m" });
    expect(rules.rules.map(({ id }) => id)).toEqual(["r1"]);
    expect(rules.longestWindow).toBe(300_000);
  });

  test("has one version for the same rules in any order, and another for another text", () => {
    const one = rulesOf({ conditions: [login] }, { conditions: [login], window: "5m" });
    expect(ruleSet([...one.rules].reverse()).version).toBe(one.version);
    expect(
      rulesOf({ conditions: [login], name: "renamed" }, { conditions: [login], window: "5m" }).version,
    ).not.toBe(one.version);
  });

  test("finds a rule by the name of its windows", () => {
    const rules = rulesOf({ conditions: [login] });
    expect(rules.byWindowName.get(windowName(rules.rules[0]!))).toBe(rules.rules[0]);
  });

  test("of none is empty", () => {
    expect(ruleSet([])).toMatchObject({ rules: [], longestWindow: 0 });
  });
});

describe("Marks", () => {
  const [rule] = rulesOf({
    conditions: [login, { type: "unique_count", field: "u" }],
    except: [{ u: "nagios" }, { image: "probe*" }],
  }).rules;

  test("say per condition what it keeps; null where it keeps nothing", () => {
    expect(marksOf(rule!, eventAt(0, { u: "ann" }, { type: "login" }))).toEqual([1, "ann"]);
    expect(marksOf(rule!, eventAt(0, {}, { type: "login" }))).toEqual([1, null]);
    expect(marksOf(rule!, eventAt(0))).toBeNull();
  });

  test("an event that any exception matches takes no part", () => {
    expect(marksOf(rule!, eventAt(0, { u: "nagios" }, { type: "login" }))).toBeNull();
    expect(marksOf(rule!, eventAt(0, { u: "ann", image: "probe:1" }))).toBeNull();
  });
});
