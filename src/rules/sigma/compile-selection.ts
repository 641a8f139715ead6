/**
 * One selection of a detection → a predicate. Maps, lists of maps and keywords mean what they mean in a `where`
 * (semantics 2); only names of fields are another language, and one name may stand for several of our paths, of which an
 * event has one: the item then holds for any of them, and what asks for absence for all.
 */
import { isAbsent } from "../../events/absent.ts";
import { allOf, anyOf, compilePredicate, type Predicate } from "../predicate/compile-predicate.ts";
import type { Lists } from "../predicate/expand.ts";
import type { FaultPath } from "../yaml-documents.ts";
import type { LogSourceView } from "./log-source-view.ts";

export interface SelectionContext {
  readonly view: LogSourceView;
  readonly lists: Lists;
  readonly fault: (path: FaultPath, code: string, message: string) => void;
}

/** Null after a fault was reported. */
export function compileSelection(
  selection: unknown,
  path: FaultPath,
  context: SelectionContext,
): Predicate | null {
  if (Array.isArray(selection)) return compileList(selection, path, context);
  if (isMap(selection)) return compileMap(selection, path, context);
  return compile(selection, (inner) => [...path, ...inner], context);
}

function compileMap(
  map: Readonly<Record<string, unknown>>,
  path: FaultPath,
  context: SelectionContext,
): Predicate | null {
  const entries = Object.entries(map);
  if (entries.length === 0) return compile(map, () => path, context);
  return together(
    entries.map(([key, value]) => compileItem(key, value, path, context)),
    allOf,
  );
}

/** Keywords of a list are one item, so that details are read once. */
function compileList(list: readonly unknown[], path: FaultPath, context: SelectionContext): Predicate | null {
  const keywords = [...list.entries()].filter(([, value]) => !isMap(value));
  const maps = [...list.entries()].filter(([, value]) => isMap(value));
  const parts = maps.map(([index, map]) => compileSelection(map, [...path, index], context));
  if (keywords.length > 0 || maps.length === 0) {
    const values = keywords.map(([, value]) => value);
    const placeOf = ([index, ...rest]: FaultPath): FaultPath =>
      typeof index === "number" ? [...path, keywords[index]![0], ...rest] : path;
    parts.push(compile(values, placeOf, context));
  }
  return together(parts, anyOf);
}

function compileItem(
  key: string,
  value: unknown,
  path: FaultPath,
  context: SelectionContext,
): Predicate | null {
  const [name = "", ...modifiers] = key.split("|");
  const fields = name === "" ? [""] : context.view.fields(name);
  const wanted = modifiers.includes("fieldref") ? referred(value, context) : { value };
  for (const result of [fields, wanted]) {
    if (!("fault" in result)) continue;
    context.fault([...path, key], "bad-field", result.fault);
    return null;
  }
  // What is wrong in it is wrong for each field, and said once.
  const compileFor = (part: unknown) =>
    (fields as readonly string[]).map((field, index) =>
      compile({ [[field, ...modifiers].join("|")]: part }, ([, ...rest]) => [...path, key, ...rest], {
        ...context,
        fault: index === 0 ? context.fault : () => {},
      }),
    );
  const asked = (wanted as { readonly value: unknown }).value;
  if ((fields as readonly string[]).length === 1) return compileFor(asked)[0]!;
  if (modifiers.includes("neq") || (modifiers.includes("exists") && asked === false)) {
    return together(compileFor(asked), allOf);
  }
  const values = Array.isArray(asked) ? asked : [asked];
  const present = values.filter((each) => !isAbsent(each));
  if (present.length === values.length) return together(compileFor(asked), anyOf);
  const absent = together(compileFor(null), allOf);
  return present.length === 0 ? absent : together([absent, ...compileFor(present)], anyOf);
}

/** Values of `fieldref` are names too. */
function referred(
  value: unknown,
  { view }: SelectionContext,
): { readonly value: unknown } | { readonly fault: string } {
  const names: unknown[] = [];
  for (const name of Array.isArray(value) ? value : [value]) {
    const fields = typeof name === "string" && name !== "" ? view.fields(name) : [name];
    if ("fault" in fields) return fields;
    names.push(...fields);
  }
  return { value: names };
}

/** Compiles a `where` in our own names; `placeOf` says where its parts stand in the rule. */
function compile(
  where: unknown,
  placeOf: (inner: FaultPath) => FaultPath,
  { lists, fault }: SelectionContext,
): Predicate | null {
  const result = compilePredicate(where, { lists });
  if ("predicate" in result) return result.predicate;
  for (const { path, code, message } of result.faults) fault(placeOf(path), code, message);
  return null;
}

/** Null if a part had a fault; it is reported already. */
function together(
  parts: readonly (Predicate | null)[],
  combine: (predicates: readonly Predicate[]) => Predicate,
): Predicate | null {
  const predicates = parts.filter((part) => part !== null);
  if (predicates.length < parts.length) return null;
  return predicates.length === 1 ? predicates[0]! : combine(predicates);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
