/** Comparison operators of rule files. */
import { z } from "zod";

export const operators = [">", ">=", "<", "<=", "==", "!="] as const;
export type Operator = (typeof operators)[number];

export const operatorSchema = z.enum(operators);

const comparisons: Readonly<Record<Operator, (value: number, threshold: number) => boolean>> = {
  ">": (value, threshold) => value > threshold,
  ">=": (value, threshold) => value >= threshold,
  "<": (value, threshold) => value < threshold,
  "<=": (value, threshold) => value <= threshold,
  "==": (value, threshold) => value === threshold,
  "!=": (value, threshold) => value !== threshold,
};

/** The comparison itself, picked once at compile time. */
export function comparison(operator: Operator): (value: number, threshold: number) => boolean {
  return comparisons[operator];
}

/** True where more events can only make `count <operator> n` true. */
export function growsTrue(operator: Operator): boolean {
  return operator === ">" || operator === ">=";
}

/** How the operator is printed: `≥ 3`. */
export function printed(operator: Operator, threshold: number): string {
  const signs: Partial<Record<Operator, string>> = { ">=": "≥", "<=": "≤", "==": "=", "!=": "≠" };
  return `${signs[operator] ?? operator} ${threshold}`;
}

/** The kind of a term that compares something which more events can only raise. */
export function kindOfCount(operator: Operator): "helped" | "denied" | "both" | "either" {
  switch (operator) {
    case ">":
    case ">=":
      return "helped";
    case "<":
    case "<=":
      return "denied";
    case "==":
      return "both";
    case "!=":
      return "either";
  }
}
