/** The conditions that must hold together whatever else does: those joined by `and` at the top of the expression. */
import type { Expression } from "../expression.ts";

export interface Conjunct {
  readonly index: number;
  /** Stands under `not`. */
  readonly negated: boolean;
}

export function conjunctsOf(expression: Expression, negated = false): readonly Conjunct[] {
  switch (expression.kind) {
    case "condition":
      return [{ index: expression.index, negated }];
    case "not":
      return conjunctsOf(expression.part, !negated);
    default:
      // `not (a or b)` is `not a and not b`.
      return (expression.kind === "and") !== negated || expression.parts.length === 1
        ? expression.parts.flatMap((part) => conjunctsOf(part, negated))
        : [];
  }
}
