import { numberOf } from "../../events/number.ts";
import { inNetworks, type Network, parseNetwork } from "./cidr.ts";
import type { Scalar, ScalarComparison } from "./elements.ts";
import { expand } from "./expand.ts";
import { compileEach, type ItemContext, type PlacedValue } from "./item-context.ts";
import type { Bound, ItemKey } from "./modifiers.ts";
import { compileRegex } from "./regex.ts";
import { compileTexts } from "./texts.ts";

/** Prepares values of one item that are alternatives to each other; null after a fault was reported. */
export function compileComparison(
  key: ItemKey,
  values: readonly PlacedValue<Scalar>[],
  context: ItemContext,
): ScalarComparison | null {
  if (isBound(key.comparison)) return compileBounds(key.comparison, values, context);
  const texts = compileExpansions(key, values, context);
  if (texts === null) return null;
  if (key.comparison === "re") return compileRegexes(key, texts, context);
  return key.comparison === "cidr" ? compileNetworks(texts, context) : compileTexts(key, texts, context);
}

const bounds: Readonly<Record<Bound, (value: number, bound: number) => boolean>> = {
  gt: (value, bound) => value > bound,
  gte: (value, bound) => value >= bound,
  lt: (value, bound) => value < bound,
  lte: (value, bound) => value <= bound,
};

function isBound(comparison: ItemKey["comparison"]): comparison is Bound {
  return Object.hasOwn(bounds, comparison);
}

function compileBounds(
  comparison: Bound,
  values: readonly PlacedValue<Scalar>[],
  context: ItemContext,
): ScalarComparison | null {
  const holds = bounds[comparison];
  const limits: number[] = [];
  for (const { value, path } of values) {
    const limit = numberOf(value);
    if (limit !== undefined) limits.push(limit);
    else context.fault(path, "bad-value", `Cannot use "${comparison}": ${mustBe("a number", value)}`);
  }
  if (limits.length < values.length) return null;
  const test = (value: Scalar): boolean => {
    const number = numberOf(value);
    return number !== undefined && limits.some((limit) => holds(number, limit));
  };
  return { test, cost: 2, literals: null };
}

function compileExpansions(
  key: ItemKey,
  values: readonly PlacedValue<Scalar>[],
  context: ItemContext,
): readonly PlacedValue<string>[] | null {
  const texts = values.map(({ value, path }) => ({ value: String(value), path }));
  if (!key.expand) return texts;
  const expanded = compileEach(texts, "unknown-list", context, (text) => expand(text, context.lists));
  if (expanded === null) return null;
  return expanded.flatMap((entries, index) => entries.map((value) => ({ value, path: values[index]!.path })));
}

function compileRegexes(
  { flags }: ItemKey,
  texts: readonly PlacedValue<string>[],
  context: ItemContext,
): ScalarComparison | null {
  const regexes = compileEach(texts, "bad-regex", context, (text) => compileRegex(text, flags));
  if (regexes === null) return null;
  const test = (value: Scalar): boolean => {
    const text = String(value);
    return regexes.some((regex) => regex.test(text));
  };
  return { test, cost: 20 * regexes.length, literals: null };
}

function compileNetworks(
  texts: readonly PlacedValue<string>[],
  context: ItemContext,
): ScalarComparison | null {
  const networks = compileEach<Network>(
    texts,
    "bad-cidr",
    context,
    (text) =>
      parseNetwork(text) ?? { fault: `Cannot use "cidr": ${mustBe("a network such as 10.0.0.0/8", text)}` },
  );
  if (networks === null) return null;
  const inside = inNetworks(networks);
  return { test: (value) => typeof value === "string" && inside(value), cost: 8, literals: null };
}

function mustBe(what: string, value: Scalar): string {
  return `it must be ${what}: current value is ${value}`;
}
