import { isAbsent } from "../../events/absent.ts";
import { compilePath, isInEveryEvent } from "../../events/field-path.ts";
import type { JsonValue, SecurityEvent } from "../../events/security-event.ts";
import { compileComparison } from "./comparison.ts";
import { type Scalar, type ScalarComparison, someElement } from "./elements.ts";
import { compileExists } from "./exists.ts";
import { compileFieldref } from "./fieldref.ts";
import { fold } from "./fold.ts";
import type { ItemContext, PlacedValue } from "./item-context.ts";
import { someLeaf } from "./keyword.ts";
import type { ItemKey } from "./modifiers.ts";
import { type Fault, not, type Predicate, type RequiredText } from "./predicate.ts";

/**
 * One item of a `where`: a field (or, without one, every text of details), a way to compare, and one value or several.
 * Null after a fault was reported.
 */
export function compileItem(
  key: ItemKey,
  path: Fault["path"],
  values: readonly PlacedValue[],
  context: ItemContext,
): Predicate | null {
  if (values.length === 0) {
    context.fault(path, "bad-value", "Cannot compare with an empty list; null asks for an absent field");
    return null;
  }
  const scalars = values.filter((placed) => checkScalar(placed, key, context));
  if (scalars.length < values.length) return null;
  const predicate = compilerOf(key)(key, scalars, context);
  return predicate !== null && key.neq ? not(predicate) : predicate;
}

type MaybeScalar = Scalar | null;
type CompileItem = (
  key: ItemKey,
  values: readonly PlacedValue<MaybeScalar>[],
  context: ItemContext,
) => Predicate | null;

function compilerOf({ comparison }: ItemKey): CompileItem {
  if (comparison === "exists") return compileExists;
  return comparison === "fieldref" ? compileFieldref : compileCompared;
}

function checkScalar(
  placed: PlacedValue,
  { field }: ItemKey,
  { fault }: ItemContext,
): placed is PlacedValue<MaybeScalar> {
  const { value, path } = placed;
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number" && Number.isFinite(value)) return true;
  const inner =
    typeof value === "object" && !Array.isArray(value) ? Object.keys(value as object)[0] : undefined;
  const hint = inner === undefined || field === "" ? "" : `; a nested field is written "${field}.${inner}"`;
  fault(
    path,
    "bad-value",
    `Cannot compare with ${JSON.stringify(value)}: it must be a text, number, boolean or null${hint}`,
  );
  return false;
}

function compileCompared(
  key: ItemKey,
  values: readonly PlacedValue<MaybeScalar>[],
  context: ItemContext,
): Predicate | null {
  const present = values.filter((placed): placed is PlacedValue<Scalar> => !isAbsent(placed.value));
  const wantsAbsent = present.length < values.length;
  if (wantsAbsent && !mayAskForAbsent(key)) {
    const { path } = values.find(({ value }) => isAbsent(value)) as PlacedValue;
    context.fault(
      path,
      "bad-value",
      `Cannot use ${nameOf(key)} with an empty value: only equality asks for absence`,
    );
    return null;
  }
  const together = key.all ? present.map((placed) => [placed]) : present.length === 0 ? [] : [present];
  const comparisons = together.map((group) => compileComparison(key, group, context));
  if (!comparisons.every((comparison) => comparison !== null)) return null;
  return Object.freeze<Predicate>({
    test: key.all ? testAll(key, comparisons, wantsAbsent) : testAny(key, comparisons, wantsAbsent),
    types: wantsAbsent ? null : typesOf(key, comparisons),
    requires: wantsAbsent ? undefined : requiredOf(key, comparisons),
    fields: comparisons.length === 0 || wantsAbsent ? undefined : fieldsOf(key),
    cost: comparisons.reduce((sum, { cost }) => sum + cost, 1) * (key.field === "" ? 10 : 1),
  });
}

function mayAskForAbsent(key: ItemKey): boolean {
  return key.comparison === "equals" && key.encodings.length === 0 && !key.expand;
}

function nameOf({ field, comparison }: ItemKey): string {
  return field === "" ? "a keyword" : comparison === "equals" ? "a modifier of texts" : `"${comparison}"`;
}

/** One value at least is held by some element; or absence is one of the values. */
function testAny(
  key: ItemKey,
  [comparison]: readonly ScalarComparison[],
  wantsAbsent: boolean,
): Predicate["test"] {
  const read = reader(key);
  if (comparison === undefined) return (event) => read(event) === undefined;
  const { test } = comparison;
  const some = quantifier(key);
  return (event) => {
    const value = read(event);
    return value === undefined ? wantsAbsent : some(value, test);
  };
}

/** Each value is held by some element; absence goes with nothing else. */
function testAll(
  key: ItemKey,
  comparisons: readonly ScalarComparison[],
  wantsAbsent: boolean,
): Predicate["test"] {
  const read = reader(key);
  if (comparisons.length === 0) return (event) => read(event) === undefined;
  if (wantsAbsent) return () => false;
  const some = quantifier(key);
  return (event) => {
    const value = read(event);
    return value !== undefined && comparisons.every(({ test }) => some(value, test));
  };
}

function reader({ field }: ItemKey): (event: SecurityEvent) => JsonValue | undefined {
  return field === "" ? (event) => event.details : compilePath(field);
}

function quantifier({ field }: ItemKey): typeof someElement {
  return field === "" ? someLeaf : someElement;
}

/** What an index by the event's type may rely on. Under `all` each value is needed, so any one of them will do. */
function typesOf({ field, neq }: ItemKey, comparisons: readonly ScalarComparison[]): Predicate["types"] {
  if (field !== "type" || neq) return null;
  const literals = comparisons.find((comparison) => comparison.literals !== null)?.literals ?? null;
  // A sigma's lower case depends on its neighbours (see fold.ts): no key for an index.
  if (literals === null || literals.some((literal) => /[σς]/i.test(literal))) return null;
  return [...new Set(literals.map((literal) => literal.toLowerCase()))];
}

/** What an index by fields may rely on; a keyword looks at all of them. */
function fieldsOf({ field, neq }: ItemKey): readonly string[] | undefined {
  return neq || field === "" || isInEveryEvent(field) ? undefined : [field];
}

/** What an index by a field's texts may rely on. */
function requiredOf(
  { field, neq }: ItemKey,
  comparisons: readonly ScalarComparison[],
): RequiredText | undefined {
  if (field === "" || field === "type" || neq) return undefined;
  const literals = comparisons.find((comparison) => comparison.literals !== null)?.literals;
  return literals ? { field, texts: [...new Set(literals.map(fold))] } : undefined;
}
