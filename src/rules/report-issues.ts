/**
 * What a schema finds wrong with a value, as faults: what is allowed, and what was found. An unknown key, and a word that
 * is none of those it may be, are shown with the nearest known one.
 */
import type { z } from "zod";
import { keysAt } from "./keys-at.ts";
import { nearest } from "./predicate/nearest.ts";
import type { FaultPath } from "./yaml-documents.ts";

/** Reports a fault at a place inside the document. */
export type FaultReport = (path: FaultPath, code: string, message: string) => void;

interface Place {
  /** Of the value in its document; default: it is the whole. */
  readonly at?: FaultPath;
  /** Keys known at the root of the value beside those of the schema. */
  readonly shared?: readonly string[];
}

/** The value as the schema gives it; null after all its faults were reported. */
export function parseWith<T>(
  schema: z.ZodType<T>,
  value: unknown,
  fault: FaultReport,
  { at = [], shared = [] }: Place = {},
): T | null {
  const parsed = schema.safeParse(value, { error: allowed });
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues.flatMap(innermost)) {
    const path = [...at, ...issue.path.map((part) => (typeof part === "number" ? part : String(part)))];
    if (issue.code === "unrecognized_keys") {
      const known = [...(issue.path.length === 0 ? shared : []), ...keysAt(schema, issue.path)];
      for (const key of issue.keys) fault([...path, key], "unknown-key", unknownWord("key here", key, known));
    } else {
      fault(path, "bad-value", `${issue.message}: found ${shown(valueAt(value, issue.path))}`);
    }
  }
  return null;
}

/** `"x" is no condition type; did you mean "y"?` */
export function unknownWord(kind: string, found: string, known: readonly string[]): string {
  const suggestion = nearest(found, known);
  const hint = suggestion === undefined ? `known are ${known.join(", ")}` : `did you mean "${suggestion}"?`;
  return `"${found}" is no ${kind}; ${hint}`;
}

const types: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a map",
  record: "a map",
};

/** What would be in order, where the schema itself does not say. */
function allowed(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return types[issue.expected] ?? issue.expected;
    case "invalid_value":
      return oneOf(issue.values.map(String), issue.input);
    case "too_small":
      return bound(
        issue.origin,
        "at least",
        Number(issue.minimum),
        issue.inclusive === false ? "above" : null,
      );
    case "too_big":
      return bound(
        issue.origin,
        "at most",
        Number(issue.maximum),
        issue.inclusive === false ? "below" : null,
      );
    case "invalid_union":
      return either(issue.errors);
    default:
      return undefined;
  }
}

/** What each of several shapes asks of the value as a whole. */
function either(shapes: readonly (readonly z.core.$ZodIssue[])[]): string | undefined {
  const asked = shapes.flatMap((issues) => issues.filter(({ path }) => path.length === 0).slice(0, 1));
  return asked.length === 0 ? undefined : [...new Set(asked.map(({ message }) => message))].join(" or ");
}

function oneOf(known: readonly string[], found: unknown): string {
  const meant = typeof found === "string" ? nearest(found, known) : undefined;
  const words = known.length === 1 ? known[0]! : `one of ${known.join(", ")}`;
  return meant === undefined ? words : `${words}; did you mean "${meant}"?`;
}

/** `strictly`: the word where the bound itself is not allowed. */
function bound(origin: string, word: string, limit: number, strictly: string | null): string {
  if (origin === "string")
    return limit === 1 ? "a text that is not empty" : `a text of ${word} ${limit} characters`;
  if (origin === "array") return limit === 1 ? "a list that is not empty" : `a list of ${word} ${limit}`;
  return `a number ${strictly ?? `of ${word}`} ${limit}`;
}

/** Of a value that has several shapes the issues inside it, where it has one of the shapes but for these. */
function innermost(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [issue];
  const inside = issue.errors.find((issues) => issues.every(({ path }) => path.length > 0));
  if (inside === undefined || inside.length === 0) return [issue];
  return inside.flatMap((each) => innermost({ ...each, path: [...issue.path, ...each.path] }));
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value);
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
