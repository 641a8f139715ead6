/**
 * One instant of one group, condition by condition: whether it holds, its actual value, and what was missing. Values come
 * from the code that judges; here they are only put into words.
 */
import { measures, reasons, satisfied } from "../correlation/satisfied.ts";
import { compilePath } from "../events/field-path.ts";
import type { SecurityEvent } from "../events/security-event.ts";
import type { Condition } from "../rules/condition-type.ts";
import { expressionText, isPlain, onlyNegated } from "../rules/expression.ts";
import type { GroupHistory } from "./rule-history.ts";

export interface ExplainedCondition {
  /** `not drill` of one that stands under `not`. */
  readonly name: string;
  /** It does what the rule wants of it: under `not`, it does not hold. */
  readonly met: boolean;
  readonly negated: boolean;
  /** The actual value. */
  readonly value: string;
  /** The value in a sentence, `3 × login (≥ 5)`. */
  readonly phrase: string;
  /** What was missing; null: it holds, or nothing more can be said. */
  readonly missing: string | null;
}

export interface ExplainedInstant {
  /** Epoch milliseconds. */
  readonly t: number;
  readonly satisfied: boolean;
  readonly conditions: readonly ExplainedCondition[];
  /** How the rule joins them; null: all must do as they should. */
  readonly match: string | null;
}

/** Per condition the field paths that it reads. */
export type FieldsOfConditions = readonly (readonly string[])[];

export function explainInstant(
  { window, seen }: GroupHistory,
  t: number,
  fields: FieldsOfConditions,
): ExplainedInstant {
  const { rule } = window;
  const [values, own] = [measures(window, t), reasons(window, t)];
  const denied = onlyNegated(rule.expression);
  const inWindow = seen.filter(({ timestamp }) => timestamp >= t - rule.window && timestamp <= t);
  return {
    t,
    satisfied: satisfied(window, t),
    conditions: rule.conditions.map((condition, index) => {
      const { value, met: holds } = values[index]!;
      const negated = denied.has(index);
      const reason = (): string | null =>
        whyNothing(condition, inWindow, fields[index] ?? []) ?? own[index] ?? shortfall(condition, value);
      return {
        name: negated ? `not ${condition.name}` : condition.name,
        met: holds !== negated,
        negated,
        value,
        phrase: condition.phrase(value),
        missing: holds || negated ? null : reason(),
      };
    }),
    match: isPlain(rule.expression)
      ? null
      : expressionText(
          rule.expression,
          rule.conditions.map(({ name }) => name),
        ),
  };
}

/** Why no event at all is relevant to the condition; null: some is, or it looks at the instant alone. */
export function whyNothing(
  condition: Condition,
  events: readonly SecurityEvent[],
  fields: readonly string[],
): string | null {
  const { types, kind } = condition;
  if (kind === "instant" || events.some((event) => condition.mark(event) !== undefined)) return null;
  const asked = types === null ? events : events.filter(({ type }) => types.includes(type.toLowerCase()));
  if (asked.length === 0) return types === null ? "no event" : `no event of type ${types.join(" or ")}`;
  const absent = fields.flatMap((field) => {
    const look = compilePath(field);
    const count = asked.filter((event) => look(event) === undefined).length;
    return count === 0 ? [] : [`field absent: ${field} in ${count} ${count === 1 ? "event" : "events"}`];
  });
  return absent.length > 0 ? absent.join(", ") : matchless(asked.length);
}

function matchless(count: number): string {
  return count === 1 ? "the one event does not match" : `none of ${count} events matches`;
}

/** How far the number is from what is asked; null where it is no number. */
function shortfall({ operator, threshold }: Condition, value: string): string | null {
  const actual = Number(value);
  if (operator === null || threshold === null || value === "none" || Number.isNaN(actual)) return null;
  const gap = Number(Math.abs(threshold - actual).toPrecision(12));
  switch (operator) {
    case ">=":
      return `${gap} missing`;
    case ">":
      return gap === 0 ? "one step missing" : `more than ${gap} missing`;
    case "<=":
      return `${gap} too many`;
    case "<":
      return gap === 0 ? "one step too many" : `more than ${gap} too many`;
    case "==":
      return actual < threshold ? `${gap} missing` : `${gap} too many`;
    default:
      return null;
  }
}
