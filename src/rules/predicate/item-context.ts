import type { Lists } from "./expand.ts";
import type { Fault } from "./predicate.ts";

/** What compiling an item needs from around it. */
export interface ItemContext {
  readonly lists: Lists;
  readonly fault: (path: Fault["path"], code: string, message: string) => void;
}

/** A value of an item, with its place inside `where`. */
export interface PlacedValue<T = unknown> {
  readonly value: T;
  readonly path: Fault["path"];
}

/** Compiles each value; null if one cannot be: each fault is reported at the place of its value. */
export function compileEach<T extends object>(
  values: readonly PlacedValue<string>[],
  code: string,
  { fault }: ItemContext,
  compile: (text: string) => T | { readonly fault: string },
): readonly T[] | null {
  const compiled: T[] = [];
  for (const { value, path } of values) {
    const result = compile(value);
    if ("fault" in result) fault(path, code, result.fault as string);
    else compiled.push(result);
  }
  return compiled.length < values.length ? null : compiled;
}
