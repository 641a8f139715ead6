/** A compiled rule: frozen plain data and the pure functions of its conditions. */
import type { compileGroup } from "../events/group-key.ts";
import type { Severity } from "../events/severity.ts";
import type { Condition } from "./condition-type.ts";
import type { Expression } from "./expression.ts";
import type { Predicate } from "./predicate/compile-predicate.ts";
import type { RuleTest } from "./rule-test.ts";

/** One entry of `actions:`. */
export interface PlannedAction {
  /** `alert`, `isolate_container`, … */
  readonly type: string;
  /** Further keys of the entry, as text or JSON text. */
  readonly parameters: Readonly<Record<string, string>>;
}

export interface Rule {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly severity: Severity;
  readonly tags: readonly string[];
  /** Milliseconds. */
  readonly window: number;
  readonly groupBy: readonly string[];
  /** The group of an event; its `dimension` is the first half of the correlation key. */
  readonly group: ReturnType<typeof compileGroup>;
  readonly conditions: readonly Condition[];
  readonly expression: Expression;
  /** An event that passes it takes no part; null: none. */
  readonly except: Predicate | null;
  /** Milliseconds; null: the partition's. */
  readonly lateness: number | null;
  readonly actions: readonly PlannedAction[];
  readonly enabled: boolean;
  /** True where some term is decided behind the watermark only (semantics 3, "settled"). */
  readonly settled: boolean;
  /** Short hash of everything but the tests. */
  readonly version: string;
  /** Short hash of what decides (conditions, window, group …): windows are kept under it. */
  readonly decides: string;
  readonly tests: readonly RuleTest[];
  readonly file: string;
  readonly line: number;
}
