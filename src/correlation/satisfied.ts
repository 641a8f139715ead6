/** Whether a rule is satisfied at an instant, and the values that say so: what both judges ask of a window. */
import type { HoldsContext, Span } from "../rules/condition-type.ts";
import { evaluate, mayBeTrue } from "../rules/expression.ts";
import type { ConditionValue } from "./episode.ts";
import type { GroupWindow } from "./group-window.ts";

/** Whether the rule's conditions hold on [t − window, t]. */
export function satisfied(group: GroupWindow, t: number): boolean {
  const { conditions, expression, window } = group.rule;
  return evaluate(expression, (index) => {
    const condition = conditions[index]!;
    return condition.holds(spanOf(group, index, t), contextOf(group, t - window, t));
  });
}

/** False where the rule is satisfied at no time, by what the window holds as a whole. */
export function maybeSatisfied(group: GroupWindow): boolean {
  return mayBeTrue(group.rule.expression, (index) => group.mayHold(index));
}

/** Per condition its actual value on [t − window, t]. */
export function measures(group: GroupWindow, t: number): readonly ConditionValue[] {
  const { conditions, window } = group.rule;
  return conditions.map((condition, index) => {
    const span = spanOf(group, index, t);
    const context = contextOf(group, t - window, t);
    return { value: condition.measure(span, context), met: condition.holds(span, context) };
  });
}

/** Per condition that does not hold on [t − window, t] its own word on why; null: it holds, or its value says it. */
export function reasons(group: GroupWindow, t: number): readonly (string | null)[] {
  const { conditions, window } = group.rule;
  return conditions.map((condition, index) => {
    const span = spanOf(group, index, t);
    const context = contextOf(group, t - window, t);
    return condition.holds(span, context) ? null : (condition.explain?.(span, context) ?? null);
  });
}

function spanOf(group: GroupWindow, index: number, t: number): Span {
  const { conditions, window } = group.rule;
  return group.span(index, t - window - (conditions[index]!.lookback ?? 0), t);
}

function contextOf({ since, saturated }: GroupWindow, from: number, t: number): HoldsContext {
  return { t, from, since, saturated };
}
