import fc from "fast-check";
import { expect, test } from "vitest";
import { containsSome } from "../../../src/rules/predicate/contained.ts";

const letters = fc.constantFrom("a", "b", "-", "é", "\ud83d\ude00", "\ud800");
const text = (max: number) => fc.array(letters, { maxLength: max }).map((parts) => parts.join(""));

test("It says what looking for each one says, of few and of many, short and long", () => {
  const property = fc.property(fc.array(text(6), { maxLength: 30 }), text(40), (literals, searched) => {
    expect(containsSome(literals)(searched)).toBe(literals.some((each) => searched.includes(each)));
  });
  fc.assert(property, { numRuns: 3_000 });
});

test("Each of many that differ in some letters only is found at either end and in the middle, and nothing else", () => {
  const literals = Array.from({ length: 5_000 }, (_, n) => `--pool${n}.example`);
  const holds = containsSome(literals);
  for (const literal of literals) {
    for (const around of [literal, `x${literal}`, `${literal}x`, `xx ${literal} x`])
      expect(holds(around)).toBe(true);
    expect(holds(literal.slice(1))).toBe(false);
    expect(holds(literal.slice(0, -1))).toBe(false);
  }
});
