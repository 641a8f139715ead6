/** When a rule is judged follows from the kinds of its terms (semantics 3 and 5), and some mixtures have no answer. */
import type { Condition } from "./condition-type.ts";
import { type Expression, negated } from "./expression.ts";
import type { Rule } from "./rule.ts";

/** `fault` is told of terms that cannot stand together. */
export function judgedWhen(
  conditions: readonly Condition[],
  expression: Expression,
  windowMs: number,
  fault: (code: string, message: string) => void,
): Rule["judged"] {
  const under = negated(expression);
  const refuse = (code: string, message: string): Rule["judged"] => {
    fault(code, message);
    return "eager";
  };
  const settled = conditions.filter(({ kind }) => kind === "settled");
  const denied = conditions.filter(
    ({ kind }, index) =>
      ["denied", "both", "either"].includes(kind) || (kind === "helped" && under.has(index)),
  );
  const overSettled = conditions.find(({ kind }, index) => kind === "settled" && under.has(index));
  if (overSettled !== undefined) {
    return refuse(
      "not-over-settled",
      `"not ${overSettled.name}" cannot be judged: a later event may undo what stands under not; chain two rules`,
    );
  }
  if (denied.length === 0) return settled.length > 0 ? "settled" : "eager";

  const mixed = settled.find(({ type }) => type !== "event_sequence");
  if (mixed !== undefined) {
    return refuse(
      "denied-with-settled",
      `${called(denied[0]!)} is judged at a deadline and cannot stand beside ${called(mixed)}; chain two rules`,
    );
  }
  if (windowMs === 0) {
    return refuse(
      "no-window",
      `${called(denied[0]!)} is judged at the end of a window: window must be above 0s`,
    );
  }
  return "deadline";
}

/** Two conditions may have one name. */
function called({ type, name }: Condition): string {
  return `${type} "${name}"`;
}
