import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  allConditions,
  type Expression,
  evaluate,
  expressionText,
  isPlain,
  negated,
  onlyNegated,
  parseExpression,
} from "../../src/rules/expression.ts";

const names = ["a", "b", "c"];

/** Every combination of a, b, c for which it holds, e.g. `a`, `ab`, `-` for none of them. */
function holdsFor(expression: Expression): readonly string[] {
  return Array.from({ length: 8 }, (_, bits) => bits)
    .filter((bits) => evaluate(expression, (index) => (bits & (1 << index)) !== 0))
    .map((bits) => names.filter((_, index) => (bits & (1 << index)) !== 0).join("") || "-");
}

function parsed(text: string): Expression {
  const expression = parseExpression(text, names);
  if ("fault" in expression) throw new Error(expression.fault);
  return expression;
}

describe("Expressions", () => {
  test("not binds before and, and before or", () => {
    expect(holdsFor(parsed("a or b and not c"))).toEqual(["a", "b", "ab", "ac", "abc"]);
    expect(holdsFor(parsed("(a or b) and not c"))).toEqual(["a", "b", "ab"]);
    expect(holdsFor(parsed("not a and b or c"))).toEqual(["b", "c", "ac", "bc", "abc"]);
    expect(holdsFor(parsed("not (a and b) and c"))).toEqual(["c", "ac", "bc"]);
  });

  test("words are read in any case, names as they are written, blanks where they are not needed", () => {
    expect(parsed("(a OR b)AND Not(c)")).toEqual(parsed("(a or b) and not (c)"));
    expect(parseExpression("A and b and c", names)).toEqual({
      fault: '"A" is no condition of this rule; its conditions are a, b, c',
    });
  });

  test("without one all conditions must hold", () => {
    expect(holdsFor(allConditions(3))).toEqual(["abc"]);
  });

  test("a name may come more than once", () => {
    expect(holdsFor(parsed("a and b or a and c"))).toEqual(["ab", "ac", "abc"]);
  });

  test.each([
    ["", "the expression ends where a condition is expected"],
    ["a and", "the expression ends where a condition is expected"],
    ["a b", 'unexpected "b"'],
    ["(a or b", "a parenthesis is not closed"],
    ["a or b)", 'unexpected ")"'],
    ["a and b", "match must name every condition: c is missing"],
    ["a & b & c", 'unexpected "&"'],
    ["a and d and nothing", '"d" is no condition of this rule; its conditions are a, b, c'],
    ["and a", '"and" is no condition of this rule; its conditions are a, b, c'],
  ])("%j is refused", (text, fault) => {
    expect(parseExpression(text, names)).toEqual({ fault });
  });

  test("an odd number of not negates", () => {
    expect([...negated(parsed("not (a and not b) or c"))]).toEqual([0]);
    expect([...negated(parsed("not not a and not (b or c)"))]).toEqual([1, 2]);
    expect([...negated(parsed("a and (not a or b) and c"))]).toEqual([0]);
  });

  test("what is printed is read as it was", () => {
    const { tree } = fc.letrec<{ tree: Expression }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.nat(2).map((index): Expression => ({ kind: "condition", index })),
        fc.record({ kind: fc.constant("not" as const), part: tie("tree") }),
        fc.record({
          kind: fc.constantFrom("and" as const, "or" as const),
          parts: fc.array(tie("tree"), { minLength: 2, maxLength: 3 }),
        }),
      ),
    }));
    const printed = (expression: Expression): string => {
      if (expression.kind === "condition") return names[expression.index]!;
      if (expression.kind === "not") return `not ${printed(expression.part)}`;
      return `(${expression.parts.map(printed).join(` ${expression.kind} `)})`;
    };
    fc.assert(
      fc.property(tree, (expression) => {
        // All three names must come, so that the expression is taken.
        const text = `${printed(expression)} or a and b and c`;
        expect(holdsFor(parsed(text))).toEqual([...new Set([...holdsFor(expression), "abc"])].sort(bySize));
      }),
    );
  });

  test("is written as a rule file does, without superfluous parentheses", () => {
    for (const text of [
      "a or b and not c",
      "(a or b) and not c",
      "not (a and b) or not not c",
      "a and b and c",
    ]) {
      expect(expressionText(parsed(text), names)).toBe(text);
    }
    expect(expressionText(parsed("((a) and (b and (c)))"), names)).toBe("a and b and c");
  });

  test("is plain where no condition has an alternative", () => {
    expect(
      ["a and not b and c", "not (a or b) and c", "a and (b or c)"].map((text) => isPlain(parsed(text))),
    ).toEqual([true, false, false]);
    const one = parseExpression("not a", ["a"]) as Expression;
    expect(isPlain(one)).toBe(true);
  });

  test("what stands under not and nowhere else is to fail", () => {
    expect([...onlyNegated(parsed("a and not b and not (not c)"))]).toEqual([1]);
    expect([...onlyNegated(parsed("a and not b or b and c"))]).toEqual([]);
  });
});

function bySize(one: string, other: string): number {
  const bits = (text: string): number =>
    names.reduce((sum, name, index) => sum + (text.includes(name) ? 1 << index : 0), 0);
  return bits(one) - bits(other);
}
