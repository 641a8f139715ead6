/**
 * What the record of an alert says of its rule, kept with a window while an alert is open in it: whoever comes next can
 * close the alert, though nobody knows the rule any more.
 */
import { compileGroup } from "../events/group-key.ts";
import type { Severity } from "../events/severity.ts";
import type { Condition } from "../rules/condition-type.ts";
import { allConditions } from "../rules/expression.ts";
import type { Rule } from "../rules/rule.ts";

export interface RuleWords {
  readonly name: string;
  readonly version: string;
  readonly severity: Severity;
  readonly tags: readonly string[];
  /** Milliseconds, as in the rule. */
  readonly window: number;
  readonly retention: number;
  readonly lateness: number | null;
  readonly judged: Rule["judged"];
  readonly mode: Rule["mode"];
  /** Types of its response actions. */
  readonly actions: readonly string[];
  readonly conditions: readonly ConditionWords[];
}

interface ConditionWords {
  readonly name: string;
  readonly operator: string | null;
  readonly threshold: number | null;
  /** By value its part of the sentence, for the values with which it holds in open alerts. */
  readonly phrases: Readonly<Record<string, string>>;
}

/** As much of an episode as is spoken of here: by condition its value. */
interface OpenAlert {
  readonly values: readonly { readonly value: string; readonly met: boolean }[];
}

/** Undefined: nothing is open, or the rule writes no alerts. */
export function wordsOf(rule: Rule, episodes: readonly OpenAlert[]): RuleWords | undefined {
  if (episodes.length === 0 || !rule.alerts) return undefined;
  const { name, version, severity, tags, window, retention, lateness, judged, mode, actions, conditions } =
    rule;
  return {
    name,
    version,
    severity,
    tags,
    window,
    retention,
    lateness,
    judged,
    mode,
    actions: actions.map(({ type }) => type),
    conditions: conditions.map((condition, index) => ({
      name: condition.name,
      operator: condition.operator,
      threshold: condition.threshold,
      phrases: Object.fromEntries(
        episodes
          .map(({ values }) => values[index]!)
          .filter(({ met }) => met)
          .map(({ value }) => [value, condition.phrase(value)]),
      ),
    })),
  };
}

/** A rule with these words that nothing is relevant to. `windowName`: `<rule id>@<hash of what decides>`. */
export function ruleOfWords(windowName: string, words: RuleWords): Rule {
  const [id = "", decides = ""] = windowName.split("@");
  return {
    ...words,
    id,
    decides,
    conditions: words.conditions.map(conditionOf),
    actions: words.actions.map((type) => ({ type, parameters: {} })),
    description: "",
    groupBy: [],
    group: compileGroup([]),
    expression: allConditions(words.conditions.length),
    except: null,
    emits: [],
    alerts: true,
    enabled: false,
    forEach: null,
    consults: false,
    wantsHistory: false,
    tests: [],
    file: "",
    line: 0,
    conditionsAt: { line: 0, column: 0 },
  };
}

function conditionOf({ name, operator, threshold, phrases }: ConditionWords): Condition {
  return {
    name,
    type: "",
    kind: "helped",
    operator,
    threshold,
    types: [],
    mark: () => undefined,
    holds: () => false,
    measure: () => "",
    phrase: (value) => phrases[value] ?? `${name} ${value}`,
  };
}
