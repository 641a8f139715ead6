import { containsSome } from "./contained.ts";
import type { ScalarComparison } from "./elements.ts";
import { encode } from "./encodings.ts";
import { fold } from "./fold.ts";
import { compileEach, type ItemContext, type PlacedValue } from "./item-context.ts";
import type { ItemKey } from "./modifiers.ts";
import {
  anyText,
  joinPatterns,
  literalOf,
  matchPattern,
  type Pattern,
  parsePattern,
  type TextTest,
} from "./wildcard.ts";

/**
 * Equality, `contains`, `startswith` and `endswith`: one of the texts, with its wildcards and in one of its encodings.
 * Numbers and booleans are compared by their text, so 22 and "22" are one. What can be prepared is prepared here; for
 * each event its text is folded once, however many values there are.
 */
export function compileTexts(
  key: ItemKey,
  texts: readonly PlacedValue<string>[],
  context: ItemContext,
): ScalarComparison | null {
  const encoded = compileEach<readonly Pattern[]>(texts, "bad-value", context, (text) => {
    const forms = encode(parsePattern(text), key.encodings);
    return "fault" in forms
      ? { fault: `Cannot encode the value: ${forms.fault}: current value is ${text}` }
      : forms;
  });
  if (encoded === null) return null;
  const patterns = encoded.flat().map((pattern) => anchor(key, key.cased ? pattern : pattern.map(foldToken)));
  const test = matchSome(patterns);
  const literals = patterns.map(literalOf);
  return {
    test: key.cased
      ? (value) => test(String(value))
      : (value) => test(typeof value === "string" ? fold(value) : String(value)),
    cost: costOfAll(patterns),
    literals: literals.every((literal) => literal !== undefined) ? literals : null,
  };
}

function foldToken(token: Pattern[number]): Pattern[number] {
  return typeof token === "string" ? fold(token) : token;
}

function anchor({ comparison }: ItemKey, pattern: Pattern): Pattern {
  const before = comparison === "contains" || comparison === "endswith";
  const after = comparison === "contains" || comparison === "startswith";
  return joinPatterns(before ? [anyText] : [], pattern, after ? [anyText] : []);
}

function matchSome(patterns: readonly Pattern[]): TextTest {
  const [only] = patterns;
  if (patterns.length === 1 && only !== undefined) return matchPattern(only);
  const literals = new Set(patterns.map(literalOf));
  const parts = patterns.map(partOf).filter((part) => part !== undefined);
  const tests = patterns
    .filter((pattern) => literalOf(pattern) === undefined && partOf(pattern) === undefined)
    .map(matchPattern);
  if (parts.length > 0) tests.push(containsSome(parts));
  if (tests.length === 0) return (text) => literals.has(text);
  return (text) => literals.has(text) || tests.some((test) => test(text));
}

/** The text that a pattern asks for anywhere. */
function partOf([before, part, after, ...more]: Pattern): string | undefined {
  const isPart = before === anyText && after === anyText && more.length === 0;
  return isPart && typeof part === "string" ? part : undefined;
}

/**
 * Equal is cheaper than contained, contained than wildcards; many equals cost no more than few, since they are a set, and
 * many contained no more than some.
 */
function costOfAll(patterns: readonly Pattern[]): number {
  let [cost, parts] = [0, 0];
  for (const pattern of patterns) {
    if (literalOf(pattern) !== undefined) cost += 0.01;
    else if (partOf(pattern) !== undefined) parts += 1;
    else cost += pattern.length <= 3 ? 1 : 3;
  }
  return cost + Math.min(parts, 8);
}
