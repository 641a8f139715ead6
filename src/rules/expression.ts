/**
 * The boolean expression over a rule's named conditions: `escalation and (file or sequence) and not maintenance`.
 * `not` binds before `and`, `and` before `or`.
 */
export type Expression =
  | { readonly kind: "condition"; readonly index: number }
  | { readonly kind: "and" | "or"; readonly parts: readonly Expression[] }
  | { readonly kind: "not"; readonly part: Expression };

/** All conditions together: what a rule without `match` means. */
export function allConditions(count: number): Expression {
  return { kind: "and", parts: Array.from({ length: count }, (_, index) => ({ kind: "condition", index })) };
}

/** Evaluates with short circuit, from left to right. */
export function evaluate(expression: Expression, holds: (index: number) => boolean): boolean {
  switch (expression.kind) {
    case "condition":
      return holds(expression.index);
    case "and":
      for (const part of expression.parts) if (!evaluate(part, holds)) return false;
      return true;
    case "or":
      for (const part of expression.parts) if (evaluate(part, holds)) return true;
      return false;
    case "not":
      return !evaluate(expression.part, holds);
  }
}

/** False where the expression cannot be true, whatever becomes of those conditions that may hold; what is negated may. */
export function mayBeTrue(expression: Expression, mayHold: (index: number) => boolean): boolean {
  switch (expression.kind) {
    case "condition":
      return mayHold(expression.index);
    case "and":
      for (const part of expression.parts) if (!mayBeTrue(part, mayHold)) return false;
      return true;
    case "or":
      for (const part of expression.parts) if (mayBeTrue(part, mayHold)) return true;
      return false;
    case "not":
      return true;
  }
}

/** Indexes of the conditions that stand under an odd number of `not`. */
export function negated(expression: Expression, under = false): ReadonlySet<number> {
  switch (expression.kind) {
    case "condition":
      return new Set(under ? [expression.index] : []);
    case "not":
      return negated(expression.part, !under);
    default:
      return new Set(expression.parts.flatMap((part) => [...negated(part, under)]));
  }
}

/** Those that stand under `not` and nowhere else: they are to fail. */
export function onlyNegated(expression: Expression): ReadonlySet<number> {
  const elsewhere = negated({ kind: "not", part: expression });
  return new Set([...negated(expression)].filter((index) => !elsewhere.has(index)));
}

/** True where all conditions must do as they should: none has an alternative. */
export function isPlain(expression: Expression): boolean {
  const parts = expression.kind === "and" ? expression.parts : [expression];
  return parts.every((part) => (part.kind === "not" ? part.part : part).kind === "condition");
}

/** As a rule file writes it, without superfluous parentheses. */
export function expressionText(expression: Expression, names: readonly string[]): string {
  const text = (part: Expression, above: "or" | "and" | "not"): string => {
    switch (part.kind) {
      case "condition":
        return names[part.index]!;
      case "not":
        return `not ${text(part.part, "not")}`;
      default: {
        const joined = part.parts.map((each) => text(each, part.kind)).join(` ${part.kind} `);
        return above === "not" || (above === "and" && part.kind === "or") ? `(${joined})` : joined;
      }
    }
  };
  return text(expression, "or");
}

/** Parses `text` over the condition names; a fault says what was found and what is allowed. */
export function parseExpression(
  text: string,
  names: readonly string[],
): Expression | { readonly fault: string } {
  const tokens = text.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  let fault: string | null = null;
  const used = new Set<string>();

  const fail = (message: string): Expression => {
    fault ??= message;
    at = tokens.length;
    return { kind: "and", parts: [] };
  };
  const word = (): string | undefined => tokens[at]?.toLowerCase();

  function chain(operator: "or" | "and", operand: () => Expression): Expression {
    const parts = [operand()];
    while (word() === operator) {
      at += 1;
      parts.push(operand());
    }
    return parts.length === 1 ? parts[0]! : { kind: operator, parts };
  }
  const either = (): Expression => chain("or", both);
  const both = (): Expression => chain("and", unary);

  function unary(): Expression {
    const token = tokens[at];
    if (token === undefined) return fail("the expression ends where a condition is expected");
    at += 1;
    if (token.toLowerCase() === "not") return { kind: "not", part: unary() };
    if (token === "(") {
      const inner = either();
      if (tokens[at] !== ")") return fail("a parenthesis is not closed");
      at += 1;
      return inner;
    }
    const index = names.indexOf(token);
    if (index < 0)
      return fail(`"${token}" is no condition of this rule; its conditions are ${names.join(", ")}`);
    used.add(token);
    return { kind: "condition", index };
  }

  const expression = either();
  if (fault === null && at < tokens.length) return { fault: `unexpected "${tokens[at]}"` };
  if (fault !== null) return { fault };
  const unused = names.filter((name) => !used.has(name));
  if (unused.length > 0) return { fault: `match must name every condition: ${unused.join(", ")} is missing` };
  return expression;
}
