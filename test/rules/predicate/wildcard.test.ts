import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  anyCharacter,
  anyText,
  joinPatterns,
  matchPattern,
  type Pattern,
  parsePattern,
} from "../../../src/rules/predicate/wildcard.ts";

/** The definition, by trying everything. */
function naive(pattern: Pattern, text: string): boolean {
  const steps = pattern.flatMap<string | symbol>((token) =>
    typeof token === "string" ? [...token] : [token],
  );
  const characters = [...text];
  const from = (step: number, at: number): boolean => {
    if (step === steps.length) return at === characters.length;
    if (steps[step] === anyText) return from(step + 1, at) || (at < characters.length && from(step, at + 1));
    return (
      at < characters.length &&
      (steps[step] === anyCharacter || steps[step] === characters[at]) &&
      from(step + 1, at + 1)
    );
  };
  return from(0, 0);
}

describe("parsePattern()", () => {
  it.each<[string, Pattern]>([
    ["abc", ["abc"]],
    ["", []],
    ["a*b?c", ["a", anyText, "b", anyCharacter, "c"]],
    ["a\\*b", ["a*b"]],
    ["a\\?b", ["a?b"]],
    ["a\\\\*", ["a\\", anyText]],
    ["a\\\\\\*", ["a\\*"]],
    ["C:\\Users\\x", ["C:\\Users\\x"]],
    ["a\\\\b", ["a\\b"]],
    ["a\\", ["a\\"]],
    ["**", [anyText]],
  ])("reads %s", (text, pattern) => expect(parsePattern(text)).toEqual(pattern));
});

describe("joinPatterns()", () => {
  it("lets texts that meet become one", () => {
    expect(joinPatterns([anyText], [anyText, "a"], ["b"], [], [""])).toEqual([anyText, "ab"]);
  });
});

describe("matchPattern()", () => {
  it("agrees with trying everything", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "\n", "😀"), maxLength: 9 });
    const token = fc.oneof(text, fc.constant(anyText), fc.constant(anyCharacter));
    const pattern = fc.array(token, { maxLength: 7 }).map((tokens) => joinPatterns(tokens as Pattern));
    const short = fc.string({ unit: fc.constantFrom("a", "b", "\n", "😀"), maxLength: 2 });
    const starred = fc
      .array(fc.oneof(short, fc.constant(anyText)), { maxLength: 7 })
      .map((tokens) => joinPatterns(tokens as Pattern));
    const mixed = fc
      .array(fc.oneof(short, fc.constant(anyText), fc.constant(anyCharacter)), { maxLength: 7 })
      .map((tokens) => joinPatterns(tokens as Pattern));
    fc.assert(
      fc.property(fc.oneof(pattern, starred, mixed), text, (tokens, value) => {
        expect(matchPattern(tokens)(value)).toBe(naive(tokens, value));
      }),
      { numRuns: 20_000 },
    );
  });

  it("does not let the beginning and the end share characters", () => {
    expect(matchPattern(parsePattern("aba*aba"))("aba")).toBe(false);
    expect(matchPattern(parsePattern("ab*b"))("ab")).toBe(false);
  });

  it("takes no exponential time", () => {
    const start = performance.now();
    matchPattern(parsePattern(`${"*a?".repeat(30)}b`))("a".repeat(5_000));
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});
