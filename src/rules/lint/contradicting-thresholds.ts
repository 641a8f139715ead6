/** Comparisons of one quantity that must hold together and cannot: `>= 5` beside `< 3` of the same events. */
import type { Condition } from "../condition-type.ts";
import { type Operator, printed } from "../operator.ts";
import type { Bound } from "../predicate/modifiers.ts";
import { conjunctsOf } from "./conjuncts.ts";
import { type Interval, intervalOf, meet, negate } from "./interval.ts";
import type { Lint, LintedRule, Report, Source } from "./lint.ts";
import { conditionsOf, demandsOf, isMap, itemsOf, type Part } from "./rule-parts.ts";

export const contradictingThresholds: Lint = {
  code: "contradicting-thresholds",
  summary: "Comparisons of one quantity that must hold together exclude each other.",
  check(linted, report) {
    checkConditions(linted, report);
    const common = linted.source.where === undefined ? [] : [{ path: ["where"], value: linted.source.where }];
    for (const part of conditionsOf(linted.source)) checkEvent(part, [...common, ...demandsOf(part)], report);
  },
};

interface Claim {
  readonly interval: Interval;
  readonly text: string;
}

/** Conditions with the same quantity. */
function checkConditions({ rule, source }: LintedRule, report: Report): void {
  const parts = conditionsOf(source);
  const claims = new Map<string, Claim[]>();
  for (const { index, negated } of conjunctsOf(rule.expression)) {
    const [condition, part] = [rule.conditions[index], parts[index]];
    if (condition === undefined || part === undefined) continue;
    const operator = operatorOf(condition, negated);
    const quantity = quantityOf(part.value);
    if (operator === null || quantity === null) continue;
    const interval = intervalOf(operator, condition.threshold!);
    const earlier = claims.get(quantity) ?? [];
    const other = earlier.find((claim) => !meet(claim.interval, interval, condition.type !== "threshold"));
    const text = printed(operator, condition.threshold!);
    if (other !== undefined)
      report(part.path, `${text} and ${other.text} of the same can never hold together`);
    claims.set(quantity, [...earlier, { interval, text }]);
  }
}

function operatorOf({ operator, threshold }: Condition, negated: boolean): Operator | null {
  if (operator === null || threshold === null) return null;
  return negated ? negate(operator as Operator) : (operator as Operator);
}

/** What is compared, as text; null where two comparisons of it are no contradiction. */
function quantityOf(condition: Source): string | null {
  const { operator: _o, threshold: _t, name: _n, min_count: _m, ...what } = condition;
  const { type, aggregate = "any" } = condition;
  if (type === "threshold") return aggregate === "any" ? null : canonical(what);
  return type === "event_count" || type === "unique_count" ? canonical(what) : null;
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isMap(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

const operators: Readonly<Record<Bound, Operator>> = { gt: ">", gte: ">=", lt: "<", lte: "<=" };

/** Bounds that one event must meet; of `any` the comparison itself is one. */
function checkEvent(
  { path, value: condition }: Part<Source>,
  demands: readonly Part<unknown>[],
  report: Report,
): void {
  const claims = new Map<string, Claim[]>();
  const claim = (field: string, operator: Operator, bound: number, at: Part<unknown>["path"]): void => {
    const interval = intervalOf(operator, bound);
    const earlier = claims.get(field) ?? [];
    const other = earlier.find((each) => !meet(each.interval, interval, false));
    const text = printed(operator, bound);
    if (other !== undefined) report(at, `no ${field} is ${text} and ${other.text}`);
    claims.set(field, [...earlier, { interval, text }]);
  };
  // Items of lists are alternatives.
  for (const { key, values, path: at } of demands.filter(({ value }) => isMap(value)).flatMap(itemsOf)) {
    const [bound] = values;
    if (!Object.hasOwn(operators, key.comparison) || key.neq || values.length !== 1) continue;
    if (typeof bound!.value === "number")
      claim(key.field, operators[key.comparison as Bound], bound!.value, at);
  }
  const { type, field, aggregate = "any", operator = ">=", threshold = 1 } = condition;
  if (type !== "threshold" || aggregate !== "any" || typeof field !== "string") return;
  claim(field, operator as Operator, threshold as number, path);
}
