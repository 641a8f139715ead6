import type { Predicate } from "./predicate.ts";

const compiled = Symbol("compiled");

/**
 * A predicate that stands where a rule has a `where`, for what a `where` cannot say (Sigma's boolean conditions). What
 * JSON sees of it is the source it came from: versions of rules are hashes of that.
 */
export interface CompiledWhere {
  /** A word for sentences about it. */
  readonly type: string;
  /** What it was compiled from, as plain data. */
  readonly source: unknown;
  readonly [compiled]: Predicate;
}

export function compiledWhere(type: string, source: unknown, predicate: Predicate): CompiledWhere {
  return Object.freeze({ type, source, [compiled]: predicate });
}

/** The predicate inside; undefined for a `where` that is yet to be compiled. */
export function predicateIn(where: unknown): Predicate | undefined {
  if (typeof where !== "object" || where === null || !(compiled in where)) return undefined;
  return (where as CompiledWhere)[compiled];
}
