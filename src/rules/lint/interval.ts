/** Numbers that comparisons leave: enough to see that two of them contradict each other. */
import type { Operator } from "../operator.ts";

export interface Interval {
  readonly from: number;
  readonly to: number;
  /** Whether the ends belong to it. */
  readonly closedFrom: boolean;
  readonly closedTo: boolean;
}

const all: Interval = {
  from: Number.NEGATIVE_INFINITY,
  to: Number.POSITIVE_INFINITY,
  closedFrom: false,
  closedTo: false,
};

const opposite: Readonly<Record<Operator, Operator>> = {
  ">": "<=",
  ">=": "<",
  "<": ">=",
  "<=": ">",
  "==": "!=",
  "!=": "==",
};

export function negate(operator: Operator): Operator {
  return opposite[operator];
}

/** `!=` leaves nearly everything: all numbers. */
export function intervalOf(operator: Operator, bound: number): Interval {
  switch (operator) {
    case ">":
      return { ...all, from: bound };
    case ">=":
      return { ...all, from: bound, closedFrom: true };
    case "<":
      return { ...all, to: bound };
    case "<=":
      return { ...all, to: bound, closedTo: true };
    case "==":
      return { from: bound, to: bound, closedFrom: true, closedTo: true };
    case "!=":
      return all;
  }
}

/** Whether both leave a number; of counts, a whole one. */
export function meet(a: Interval, b: Interval, whole: boolean): boolean {
  const [low, high] = [a.from > b.from ? a : b, a.to < b.to ? a : b];
  const closedFrom = a.from === b.from ? a.closedFrom && b.closedFrom : low.closedFrom;
  const closedTo = a.to === b.to ? a.closedTo && b.closedTo : high.closedTo;
  if (!whole) return low.from < high.to || (low.from === high.to && closedFrom && closedTo);
  const first = closedFrom ? Math.ceil(low.from) : Math.floor(low.from) + 1;
  const last = closedTo ? Math.floor(high.to) : Math.ceil(high.to) - 1;
  return first <= last;
}
