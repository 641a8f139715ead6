import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ConditionTree, parseCondition } from "../../../src/rules/sigma/parse-condition.ts";

const names = ["selection", "filter_a", "filter_b", "_hidden", "other-1"];

/** What the tree says where just these names hold. */
function holds(tree: ConditionTree, held: ReadonlySet<string>): boolean {
  switch (tree.kind) {
    case "name":
      return held.has(tree.name);
    case "not":
      return !holds(tree.part, held);
    case "and":
      return tree.parts.every((part) => holds(part, held));
    case "or":
      return tree.parts.some((part) => holds(part, held));
  }
}

function judged(text: string, ...held: readonly string[]): boolean {
  const tree = parseCondition(text, names);
  if ("fault" in tree) throw new Error(tree.fault);
  return holds(tree, new Set(held));
}

function faultOf(text: string): string | undefined {
  const tree = parseCondition(text, names);
  return "fault" in tree ? tree.fault : undefined;
}

describe("parseCondition()", () => {
  test("not binds before and, and before or", () => {
    expect(judged("not filter_a and selection or other-1", "other-1", "filter_a")).toBe(true);
    expect(judged("not (filter_a and selection or other-1)", "other-1")).toBe(false);
    expect(judged("NOT filter_a AND selection", "selection")).toBe(true);
    expect(judged("not not selection", "selection")).toBe(true);
  });

  test("1 of and any of want one of what fits, all of every one", () => {
    expect(judged("1 of filter_*", "filter_b")).toBe(true);
    expect(judged("any of filter_*")).toBe(false);
    expect(judged("all of filter_*", "filter_b")).toBe(false);
    expect(judged("selection and not 1 of filter_*", "selection")).toBe(true);
    expect(judged("1 of *_a", "filter_a")).toBe(true);
    expect(judged("1 of selection", "selection")).toBe(true);
  });

  test("a pattern fits whole names", () => {
    expect(faultOf("1 of filter")).toBe('"filter" fits no selection');
    expect(judged("all of them", "selection", "filter_a", "filter_b", "other-1")).toBe(true);
  });

  test("names that begin with _ are left out of patterns that do not", () => {
    expect(judged("1 of them", "_hidden")).toBe(false);
    expect(judged("1 of *", "_hidden")).toBe(false);
    expect(judged("1 of _*", "_hidden")).toBe(true);
    expect(judged("_hidden", "_hidden")).toBe(true);
  });

  test("what cannot be read is said", () => {
    expect(faultOf("selection and nothing")).toMatch(/^"nothing" is no selection; there are selection, /);
    expect(faultOf("2 of filter_*")).toBe('"2 of" is not known: allowed are 1 of, any of and all of');
    expect(faultOf("selection and")).toBe("the condition ends where a selection is expected");
    expect(faultOf("1 of")).toBe("the condition ends where a pattern is expected");
    expect(faultOf("(selection or filter_a")).toBe("a parenthesis is not closed");
    expect(faultOf("selection filter_a")).toBe('unexpected "filter_a"');
    expect(faultOf("selection | count() > 5")).toMatch(/write a correlation/);
    expect(faultOf("")).toBeDefined();
  });

  test("agrees with a naive reading of the same words", () => {
    const named = names.filter((name) => !name.startsWith("_"));
    const name = fc
      .constantFrom(...names)
      .map((word) => ({ text: word, naive: `H(${JSON.stringify(word)})` }));
    const selector = fc
      .record({ all: fc.boolean(), prefix: fc.constantFrom("filter_", "", "s") })
      .map(({ all, prefix }) => ({
        text: `${all ? "all" : "1"} of ${prefix}*`,
        naive: `(${named
          .filter((word) => word.startsWith(prefix))
          .map((word) => `H(${JSON.stringify(word)})`)
          .join(all ? " && " : " || ")})`,
      }));
    const expression = fc.letrec<{ tree: { text: string; naive: string } }>((tie) => ({
      tree: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        name,
        selector,
        fc.tuple(tie("tree"), fc.constantFrom("and", "or"), tie("tree")).map(([left, operator, right]) => ({
          text: `${left.text} ${operator} ${right.text}`,
          naive: `${left.naive} ${operator === "and" ? "&&" : "||"} ${right.naive}`,
        })),
        tie("tree").map(({ text, naive }) => ({ text: `(${text})`, naive: `(${naive})` })),
        name.map(({ text, naive }) => ({ text: `not ${text}`, naive: `!${naive}` })),
        tie("tree").map(({ text, naive }) => ({ text: `not (${text})`, naive: `!(${naive})` })),
      ),
    })).tree;
    fc.assert(
      fc.property(expression, fc.subarray(names), ({ text, naive }, held) => {
        // JavaScript has the same precedences.
        const byItself = new Function("H", `return ${naive};`) as (
          holds: (word: string) => boolean,
        ) => boolean;
        expect(judged(text, ...held)).toBe(byItself((word) => held.includes(word)));
      }),
      { numRuns: 500 },
    );
  });
});
