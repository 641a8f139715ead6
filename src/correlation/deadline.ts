/**
 * Rules with denied terms: absence and "fewer than" (semantics 5). Their question is asked of a window that something
 * opened, once event time has passed its end.
 *
 * Worked example, window 10s, `a and not b`. `a` at 0 opens [0, 10]; `b` at 5 denies it, and what came up to 5 is spent;
 * `a` at 9 opens [9, 19]; nothing denies that, so the rule is satisfied at 19.
 */
import type { Condition, TermKind } from "../rules/condition-type.ts";
import { type Expression, evaluate } from "../rules/expression.ts";
import type { GroupWindow } from "./group-window.ts";

/** A window that waits for its end. */
export interface Opening {
  /** Where it begins. */
  readonly t0: number;
  /** Its end: when it is judged. */
  readonly deadline: number;
}

/** The first window that unspent events open; undefined: none. */
export function firstOpening(group: GroupWindow): Opening | undefined {
  const { window } = group.rule;
  const unspent = (group.spent ?? Number.NEGATIVE_INFINITY) + 1;
  const times = group.timesBetween(unspent, Number.POSITIVE_INFINITY);
  for (const [index, t] of times.entries()) {
    if (!opens(group, Math.max(t - window, unspent), t)) continue;
    for (let start = index; start >= 0; start -= 1) {
      const t0 = times[start]!;
      if (opens(group, t0, t)) return { t0, deadline: t0 + window };
    }
  }
  return undefined;
}

/** Whether the whole expression holds on [t0, deadline], time patterns at the deadline. */
export function holdsAtDeadline(group: GroupWindow, { t0, deadline }: Opening): boolean {
  return evaluate(group.rule.expression, (index) => holdsOn(group, index, t0, deadline, deadline));
}

/** Up to where events are spent by the judgement of an opening. */
export function spentBy(group: GroupWindow, { t0, deadline }: Opening, held: boolean): number {
  if (held || isTrivial(group)) return t0;
  for (const t of group.allTimesBetween(t0, deadline)) {
    const broken: number[] = [];
    const may = inNormalForm(group.rule.expression, (index, negated) => {
      const could = mayHold(group, index, negated, t0, t);
      if (!could) broken.push(index);
      return could;
    });
    if (may) continue;
    return broken.some((index) => countsOpening(group, index, t0)) ? deadline : t;
  }
  return t0;
}

/** The expression with every denied term and every time pattern taken as true, on [from, to]. */
function opens(group: GroupWindow, from: number, to: number): boolean {
  return inNormalForm(group.rule.expression, (index, negated) => {
    const condition = group.rule.conditions[index]!;
    switch (kindOf(condition, negated)) {
      case "denied":
      case "either":
      case "instant":
        return true;
      case "both":
        return condition.half!(group.span(index, from, to));
      default:
        return actual(group, index, negated, from, to);
    }
  });
}

/** Whether the term can still hold at the end, given the events of [t0, t]. */
function mayHold(group: GroupWindow, index: number, negated: boolean, t0: number, t: number): boolean {
  const condition = group.rule.conditions[index]!;
  switch (kindOf(condition, negated)) {
    case "denied":
      return actual(group, index, negated, t0, t);
    case "both":
      return !condition.half!(group.span(index, t0, t)) || actual(group, index, negated, t0, t);
    default:
      return true;
  }
}

/** Nothing but any relevant event opens it: it has no positive part. */
function isTrivial({ rule: { conditions, expression } }: GroupWindow): boolean {
  return inNormalForm(expression, (index, negated) =>
    ["denied", "either", "instant"].includes(kindOf(conditions[index]!, negated)),
  );
}

/** Whether the term counts the very event that opened the window. */
function countsOpening(group: GroupWindow, index: number, t0: number): boolean {
  const { conditions } = group.rule;
  return group.between(t0, t0).some(({ marks }) => {
    const own = marks[index] ?? null;
    if (own === null || conditions[index]!.consults?.(own) === true) return false;
    return conditions.some(({ kind }, other) => {
      const mark = marks[other] ?? null;
      return mark !== null && (other === index ? kind === "both" : kind === "helped" || kind === "both");
    });
  });
}

/** Evaluates with `not` pushed down to the terms: `term` is told whether it stands under an odd number of them. */
function inNormalForm(
  expression: Expression,
  term: (index: number, negated: boolean) => boolean,
  negated = false,
): boolean {
  switch (expression.kind) {
    case "condition":
      return term(expression.index, negated);
    case "not":
      return inNormalForm(expression.part, term, !negated);
    default: {
      const part = (each: Expression): boolean => inNormalForm(each, term, negated);
      return (expression.kind === "and") !== negated
        ? expression.parts.every(part)
        : expression.parts.some(part);
    }
  }
}

const opposite = { helped: "denied", denied: "helped", both: "either", either: "both" } as const;

function kindOf({ kind }: Condition, negated: boolean): TermKind {
  return negated && kind in opposite ? opposite[kind as keyof typeof opposite] : kind;
}

/** The term as it stands, on [from, to]. */
function actual(group: GroupWindow, index: number, negated: boolean, from: number, to: number): boolean {
  return holdsOn(group, index, from, to, to) !== negated;
}

function holdsOn(group: GroupWindow, index: number, from: number, to: number, t: number): boolean {
  const condition = group.rule.conditions[index]!;
  const { since, saturated } = group;
  return condition.holds(group.span(index, from - (condition.lookback ?? 0), to), {
    t,
    from,
    since,
    saturated,
  });
}
