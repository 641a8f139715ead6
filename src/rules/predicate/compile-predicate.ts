import { predicateIn } from "./compiled-where.ts";
import { compileItem } from "./item.ts";
import type { ItemContext, PlacedValue } from "./item-context.ts";
import { keywordKey, parseKey } from "./modifiers.ts";
import { allOf, anyOf, type Fault, not, type Predicate, type RequiredText } from "./predicate.ts";

export { allOf, anyOf, type Fault, not, type Predicate, type RequiredText };

/**
 * Compiles a `where` (semantics §2), for native rules and Sigma's alike: a map is AND, a list of maps OR, bare texts in
 * a list are keywords. All faults are found at once, each with its place inside `where`.
 *
 * `{ type: exec, "cmd|contains|all": [curl, -k] }`: the event's type is exec, and its cmd holds both texts.
 */
export function compilePredicate(
  where: unknown,
  context: Pick<ItemContext, "lists">,
): { readonly predicate: Predicate } | { readonly faults: readonly Fault[] } {
  const ready = predicateIn(where);
  if (ready !== undefined) return { predicate: ready };
  const faults: Fault[] = [];
  const fault: ItemContext["fault"] = (path, code, message) => void faults.push({ path, code, message });
  const predicate = compileWhere(where, [], { lists: context.lists, fault });
  return predicate === null || faults.length > 0 ? { faults } : { predicate };
}

type Path = Fault["path"];

function compileWhere(where: unknown, path: Path, context: ItemContext): Predicate | null {
  if (Array.isArray(where)) return compileList(where, path, context);
  if (isMap(where)) return compileMap(where, path, context);
  return compileItem(keywordKey, path, [{ value: where, path }], context);
}

function compileMap(
  map: Readonly<Record<string, unknown>>,
  path: Path,
  context: ItemContext,
): Predicate | null {
  const entries = Object.entries(map);
  if (entries.length === 0) {
    context.fault(path, "bad-where", "Cannot match on an empty map: it would match every event");
    return null;
  }
  return combine(
    entries.map(([key, value]) => compileEntry(key, value, [...path, key], context)),
    allOf,
  );
}

function compileEntry(text: string, value: unknown, path: Path, context: ItemContext): Predicate | null {
  const key = parseKey(text);
  if ("fault" in key) {
    context.fault(path, key.code, key.fault);
    return null;
  }
  const values = Array.isArray(value)
    ? value.map((element: unknown, index) => ({ value: element, path: [...path, index] }))
    : [{ value, path }];
  return compileItem(key, path, values, context);
}

/** Maps and keywords may stand side by side; the keywords together are one item, so that details are read once. */
function compileList(list: readonly unknown[], path: Path, context: ItemContext): Predicate | null {
  if (list.length === 0) {
    context.fault(path, "bad-where", "Cannot match on an empty list: no event would match");
    return null;
  }
  const keywords: PlacedValue[] = [];
  const predicates: (Predicate | null)[] = [];
  for (const [index, value] of list.entries()) {
    const place = [...path, index];
    if (isMap(value)) predicates.push(compileMap(value, place, context));
    else keywords.push({ value, path: place });
  }
  if (keywords.length > 0) predicates.push(compileItem(keywordKey, path, keywords, context));
  return combine(predicates, anyOf);
}

/** Null if a part had a fault; it is reported already. */
function combine(
  parts: readonly (Predicate | null)[],
  together: (predicates: readonly Predicate[]) => Predicate,
): Predicate | null {
  const predicates = parts.filter((part) => part !== null);
  const [only] = predicates;
  if (predicates.length < parts.length || only === undefined) return null;
  return predicates.length === 1 ? only : together(predicates);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
