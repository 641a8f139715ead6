import { type Encoding, encodings } from "./encodings.ts";
import { nearest } from "./nearest.ts";

/**
 * The key of an item, `field|modifier|modifier` (Sigma modifiers appendix). One modifier at most says how to compare
 * (none: equal); the others change the value, the case, or how the values of a list go together. Their order matters
 * only among encodings: Sigma rules write `contains|windash` and `windash|contains` alike.
 */
export interface ItemKey {
  /** Empty for keywords. */
  readonly field: string;
  readonly comparison: Comparison;
  /** How `fieldref` compares. */
  readonly anchor: Anchor;
  readonly all: boolean;
  readonly cased: boolean;
  readonly neq: boolean;
  readonly expand: boolean;
  readonly encodings: readonly Encoding[];
  /** For `re`: of `i`, `m`, `s`. */
  readonly flags: string;
}

export type Anchor = "equals" | "contains" | "startswith" | "endswith";
export type Bound = "gt" | "gte" | "lt" | "lte";
export type Comparison = Anchor | Bound | "re" | "cidr" | "exists" | "fieldref";

const anchors = ["contains", "startswith", "endswith"] as const;
const flags = ["i", "m", "s"] as const;
const onText = ["all", "cased", "neq", "expand", ...encodings];

/** What each comparison may be combined with. */
const companions: Readonly<Record<Comparison, readonly string[]>> = {
  equals: onText,
  contains: onText,
  startswith: onText,
  endswith: onText,
  re: ["all", "neq", "expand", ...flags],
  cidr: ["all", "neq", "expand"],
  exists: ["neq"],
  gt: ["all", "neq"],
  gte: ["all", "neq"],
  lt: ["all", "neq"],
  lte: ["all", "neq"],
  fieldref: ["all", "cased", "neq", ...anchors],
};
const forKeywords: readonly string[] = [...anchors, "re"];
const comparisons = Object.keys(companions).filter((name) => name !== "equals");
const known: readonly string[] = [...comparisons, ...onText, ...flags];

/** What other languages call ours; too far for a slip of the pen. */
const otherNames: Readonly<Record<string, string>> = {
  includes: "contains",
  regex: "re",
  matches: "re",
  prefix: "startswith",
  suffix: "endswith",
  subnet: "cidr",
  not: "neq",
  min: "gte",
  max: "lte",
};

/** Why a key cannot be used. */
export interface KeyFault {
  readonly code: "unknown-modifier" | "bad-modifiers" | "bad-field";
  readonly fault: string;
}

export function parseKey(key: string): ItemKey | KeyFault {
  const [field = "", ...modifiers] = key.split("|");
  const unknown = modifiers.find((modifier) => !known.includes(modifier));
  if (unknown !== undefined) return unknownModifier(unknown);
  const clash = clashOf(field, modifiers);
  if (clash !== undefined) return { code: "bad-modifiers", fault: `Cannot use "${key}": ${clash}` };
  if (field === "" && modifiers.length === 0)
    return { code: "bad-field", fault: "Cannot use an empty field name" };
  const comparison = comparisonOf(modifiers);
  const anchor = anchors.find((one) => modifiers.includes(one)) ?? "equals";
  return {
    field,
    // A keyword is a part of some text, whatever else is said.
    comparison: field === "" && comparison === "equals" ? "contains" : comparison,
    anchor,
    all: modifiers.includes("all"),
    cased: modifiers.includes("cased"),
    neq: modifiers.includes("neq"),
    expand: modifiers.includes("expand"),
    encodings: modifiers.filter((one) => (encodings as readonly string[]).includes(one)) as Encoding[],
    flags: flags.filter((flag) => modifiers.includes(flag)).join(""),
  };
}

/** The bare texts of a list. */
export const keywordKey: ItemKey = Object.freeze({
  field: "",
  comparison: "contains",
  anchor: "contains",
  all: false,
  cased: false,
  neq: false,
  expand: false,
  encodings: [],
  flags: "",
});

function comparisonOf(modifiers: readonly string[]): Comparison {
  if (modifiers.includes("fieldref")) return "fieldref";
  return (modifiers.find((modifier) => comparisons.includes(modifier)) ?? "equals") as Comparison;
}

/** The first thing that does not go together, in words. */
function clashOf(field: string, modifiers: readonly string[]): string | undefined {
  const twice = modifiers.find((one, index) => one !== "base64" && modifiers.indexOf(one) !== index);
  if (twice !== undefined) return `"${twice}" stands twice`;
  const comparison = comparisonOf(modifiers);
  const stranger = modifiers.find((one) => one !== comparison && !companions[comparison].includes(one));
  if (stranger !== undefined) return strangerWords(stranger, comparison);
  const ways = modifiers.filter((one) => (anchors as readonly string[]).includes(one));
  if (ways.length > 1) return `"${ways[0]}" and "${ways[1]}" cannot be combined`;
  const wides = modifiers.filter((one) => one === "wide" || one.startsWith("utf16"));
  if (wides.length > 1) return `"${wides[0]}" and "${wides[1]}" cannot be combined`;
  if (field === "" && comparison !== "equals" && !forKeywords.includes(comparison)) {
    return `"${comparison}" needs a field before it`;
  }
  return undefined;
}

function strangerWords(stranger: string, comparison: Comparison): string {
  if ((flags as readonly string[]).includes(stranger)) return `the flag "${stranger}" belongs to "re"`;
  if (comparison === "re") {
    const hint =
      stranger === "cased" ? "re is exact, re|i is not" : "re searches; ^ and $ tie it to the ends";
    return `"re" and "${stranger}" cannot be combined (${hint})`;
  }
  return `"${comparison}" and "${stranger}" cannot be combined`;
}

function unknownModifier(name: string): KeyFault {
  const suggestion = (Object.hasOwn(otherNames, name) ? otherNames[name] : undefined) ?? nearest(name, known);
  const hint = suggestion === undefined ? `known are ${known.join(", ")}` : `did you mean "${suggestion}"?`;
  return { code: "unknown-modifier", fault: `"${name}" is no modifier; ${hint}` };
}
