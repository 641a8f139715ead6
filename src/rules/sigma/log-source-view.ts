/** How a log source looks in our events: Sigma's field names in our words, and which events come from it. */
import type { Predicate } from "../predicate/compile-predicate.ts";
import type { LogSource } from "./documents.ts";

export interface LogSourceView {
  /** Field paths that a name stands for, one of which an event has; a fault where no event can have it. */
  fields(name: string): readonly string[] | { readonly fault: string };
  /** Which events are of the log source; null: any. */
  readonly predicate: Predicate | null;
  /** What the above was compiled from, for the versions of rules. */
  readonly source: unknown;
}

/** Names stand as they are, any event is of the log source. */
export const plainView: LogSourceView = Object.freeze({
  fields: (name: string) => [name],
  predicate: null,
  source: null,
});

export interface LogSourceViews {
  /** How a log source looks; undefined: nobody knows. */
  of(logSource: LogSource): LogSourceView | undefined;
  /** Log sources of which it is known. */
  known(): readonly LogSource[];
}
