/** A compiled rule: frozen plain data and the pure functions of its conditions. */
import type { compileGroup, Group } from "../events/group-key.ts";
import type { SecurityEvent } from "../events/security-event.ts";
import type { Severity } from "../events/severity.ts";
import type { Condition, ConditionMark } from "./condition-type.ts";
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

/** One `emit:`: an event that the rule makes for others. */
export interface EmittedEvent {
  readonly type: string;
  readonly severity: Severity | null;
}

export type RuleMode = "live" | "shadow";

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
  /** Events that it makes instead of an alert, or beside one. */
  readonly emits: readonly EmittedEvent[];
  /** False where it only makes events. */
  readonly alerts: boolean;
  readonly enabled: boolean;
  /** `shadow`: on trial; see shadow.ts. */
  readonly mode: RuleMode;
  /**
   * When it speaks (semantics 4 and 5): `eager`, the moment the completing event arrives; `settled`, when the watermark
   * has passed an event time; `deadline`, when it has passed the end of a window that something was missing from;
   * `each`, at every whole window for each listed group, whether it was heard of or not.
   */
  readonly judged: "eager" | "settled" | "deadline" | "each";
  /** `each`: the groups, by the value of the one field that the rule groups by. */
  readonly forEach: readonly string[] | null;
  /** Milliseconds that an event is kept: the window, and what conditions look back beyond it. */
  readonly retention: number;
  /** Some condition looks at events that are not relevant to it. */
  readonly consults: boolean;
  /** Some condition asks for the age of the group. */
  readonly wantsHistory: boolean;
  /** Short hash of everything but the tests. */
  readonly version: string;
  /** Short hash of what decides (conditions, window, group …): windows are kept under it. */
  readonly decides: string;
  readonly tests: readonly RuleTest[];
  readonly file: string;
  readonly line: number;
  /** Where its conditions stand in the file. */
  readonly conditionsAt: { readonly line: number; readonly column: number };
  /** Further names of it, as Sigma's `id` and `name` are written. */
  readonly knownAs?: readonly string[];
  /**
   * Each event that satisfies it is an alert of its own (semantics 8): no window, no group, no state; it is judged on
   * the primary record of the event, whatever that is keyed by.
   */
  readonly stateless?: boolean;
  /** Event types of other rules that it reads, beside those that its conditions name. */
  readonly reads?: readonly string[];
  /**
   * Where an event belongs and as what, for a rule whose group fields depend on which of its conditions the event meets;
   * absent: in the event's `group`, with the marks of all conditions.
   */
  places?(event: SecurityEvent): readonly Place[];
}

/** What each condition of a rule keeps of an event; null: not relevant to it. */
export type Marks = readonly (ConditionMark | null)[];

/** A group of a rule, and what an event is in it. */
export interface Place {
  readonly group: Group;
  readonly marks: Marks;
}
