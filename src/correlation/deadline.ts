/**
 * Rules with denied terms: absence and "fewer than" (semantics 5). Their question is asked of a window that something
 * opened, once event time has passed its end.
 *
 * Worked example, window 10s, `a and not b`. `a` at 0 opens [0, 10]; `b` at 5 denies it, and what came up to 5 is spent;
 * `a` at 9 opens [9, 19]; nothing denies that, so the rule is satisfied at 19.
 */
import type { Condition, TermKind } from "../rules/condition-type.ts";
import { type Expression, evaluate } from "../rules/expression.ts";
import type { WindowEntry } from "../state/store.ts";
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

/**
 * What lies so far behind the watermark that its window would have ended opens nothing any more, whatever is forgotten
 * of what had stood against it.
 */
export function passBy(group: GroupWindow, watermark: number): void {
  const { window } = group.rule;
  const last = group.between(Number.NEGATIVE_INFINITY, watermark - window - 1).at(-1);
  if (last !== undefined && last.t > (group.spent ?? Number.NEGATIVE_INFINITY)) group.spent = last.t;
}

/** Whether the whole expression holds on [t0, deadline], time patterns at the deadline. */
export function holdsAtDeadline(group: GroupWindow, { t0, deadline }: Opening): boolean {
  return evaluate(group.rule.expression, (index) => holdsOn(group, index, t0, deadline, deadline));
}

/** Up to where events are spent by the judgement of an opening. */
export function spentBy(group: GroupWindow, { t0, deadline }: Opening, held: boolean): number {
  if (held || isTrivial(group)) return t0;
  for (const t of group.allTimesBetween(t0, deadline)) {
    const { expression } = group.rule;
    if (inNormalForm(expression, (index, negated) => mayHold(group, index, negated, t0, t))) continue;
    const broken = terms(expression).flatMap(({ index, negated }) =>
      mayHold(group, index, negated, t0, t) ? [] : [index],
    );
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
        return half(group, index, from, to);
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
      if (!negated && condition.beyond !== undefined) return !condition.beyond(group.span(index, t0, t));
      return actual(group, index, negated, t0, t);
    case "both":
      return !half(group, index, t0, t) || actual(group, index, negated, t0, t);
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

/** Whether the term counts the very event that opened the window, which some positive term wants as well. */
function countsOpening(group: GroupWindow, broken: number, t0: number): boolean {
  const { conditions, expression } = group.rule;
  if (conditions[broken]!.apart === true) return false;
  const wanting = terms(expression).filter(
    ({ index, negated }) => !["denied", "either", "instant"].includes(kindOf(conditions[index]!, negated)),
  );
  const counts = ({ marks }: WindowEntry, index: number): boolean => {
    const mark = marks[index] ?? null;
    return mark !== null && conditions[index]!.consults?.(mark) !== true;
  };
  return group
    .between(t0, t0)
    .some((entry) => counts(entry, broken) && wanting.some(({ index }) => counts(entry, index)));
}

/** The terms of the normal form. */
function terms(
  expression: Expression,
  negated = false,
): readonly { readonly index: number; readonly negated: boolean }[] {
  switch (expression.kind) {
    case "condition":
      return [{ index: expression.index, negated }];
    case "not":
      return terms(expression.part, !negated);
    default:
      return expression.parts.flatMap((part) => terms(part, negated));
  }
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

/** The helped half of the term, on [from, to]. */
function half(group: GroupWindow, index: number, from: number, to: number): boolean {
  const condition = group.rule.conditions[index]!;
  return condition.half!(group.span(index, from - (condition.lookback ?? 0), to), from);
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
