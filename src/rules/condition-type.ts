/**
 * What a condition type is, from both sides: to the rule compiler an option schema and a factory, to the judge a few
 * pure functions over one window.
 *
 * Worked example. `{ type: event_count, where: { type: login }, operator: ">=", threshold: 3 }` marks each login with 1.
 * The judge keeps the marked events of a (rule, group) in event-time order and asks `holds` for the span of those that
 * lie in [t − window, t]: three or more entries, and it holds at t.
 */
import type { z } from "zod";
import { isInEveryEvent } from "../events/field-path.ts";
import type { SecurityEvent } from "../events/security-event.ts";
import type { TimePattern } from "./calendar.ts";
import type { Predicate, RequiredText } from "./predicate/compile-predicate.ts";

/** What a condition keeps of a relevant event: 1 (it counts), a number, a text, several texts. */
export type ConditionMark = number | string | readonly string[];

/** The relevant events of one condition inside a window: the indexes [start, end) of two parallel lists, by event time. */
export interface Span {
  readonly times: readonly number[];
  readonly marks: readonly ConditionMark[];
  readonly start: number;
  readonly end: number;
}

/**
 * How later events bear on a term (semantics 3). `helped`: they can only make it true, so it is judged at once.
 * `settled`: one that arrives late may undo it, so an instant is judged when the watermark has passed it.
 * `denied`: more events can only make it false, so it is judged at a deadline (semantics 5). `both`: it has a helped and
 * a denied half, as `==` has. `either`: one half or the other, as `!=`. `instant`: it looks at the judged instant alone.
 */
export type TermKind = "helped" | "settled" | "denied" | "both" | "either" | "instant";

/** What a condition may ask beside the span. */
export interface HoldsContext {
  /** The instant that is judged, epoch milliseconds. */
  readonly t: number;
  /** Where the window begins; the span reaches further back by the condition's `lookback`. */
  readonly from: number;
  /** First relevant event of the group; null: not kept for this rule. */
  readonly since: number | null;
  /** The group's window grew over its bound. */
  readonly saturated: boolean;
}

/** What a condition knows of all marks of a window at once, kept as they come and go. */
export interface Tally {
  add(mark: ConditionMark): void;
  /** Takes back a mark that was added. */
  remove(mark: ConditionMark): void;
  /** False where `holds` is false of every span of the marks. */
  mayHold(): boolean;
}

export interface Condition {
  readonly name: string;
  readonly type: string;
  readonly kind: TermKind;
  readonly operator: string | null;
  readonly threshold: number | null;
  /** Lower-cased event types one of which a relevant event has; null: any; empty: no event is relevant by itself. */
  readonly types: readonly string[] | null;
  /** What else a relevant event has; absent: nothing that an index could rely on. */
  readonly requires?: RequiredText | undefined;
  /** Paths of fields that a relevant event has, all of them; absent: none is known. */
  readonly fields?: readonly string[] | undefined;
  /** What to keep of the event; undefined: not relevant. */
  mark(event: SecurityEvent): ConditionMark | undefined;
  holds(span: Span, context: HoldsContext): boolean;
  /** Kinds `both` and `either`: their helped half alone, on the window that begins at `from`. */
  half?(span: Span, from: number): boolean;
  /** Of a denied term that wants values too: whether what the span holds is already too much. */
  beyond?(span: Span): boolean;
  /** What breaks the denied half are events that the helped half does not count, as a `not` step is. */
  readonly apart?: boolean;
  /** True where the event behind the mark is only consulted: no evidence, it opens and extends nothing. */
  consults?(mark: ConditionMark): boolean;
  /**
   * How many kinds of events it forbids, so that some are only consulted; their marks are lists of parts. Between two
   * neighbouring times of relevant events only the first and the last event with a part can decide. Absent: none.
   */
  readonly forbids?: number;
  /** Bytes of its longest mark, where a text has `longest`. Absent: one text. */
  longestMark?(longest: number): number;
  /** Milliseconds before the window that `holds` looks at too. Absent: none. */
  readonly lookback?: number;
  /** It asks for the order of events, so that one that lasts may stand at any instant of its own. */
  readonly ordered?: boolean;
  /** It asks for the age of the group. */
  readonly wantsHistory?: boolean;
  /** The actual value in the span, for alerts and explanations. */
  measure(span: Span, context: HoldsContext): string;
  /** Why it does not hold, where the value alone does not say; null: it does say. */
  explain?(span: Span, context: HoldsContext): string | null;
  /** A part of a sentence, e.g. `3 × network_scan (≥ 1)`. */
  phrase(value: string): string;
  /**
   * Which entries of the span can still decide something later, as indexes; the others may be dropped when a window
   * grows over its bound. Absent: all of them.
   */
  keep?(span: Span): ReadonlySet<number>;
  /** A new, empty tally, which spares looking through a long window that cannot satisfy. Absent: it may always hold. */
  tally?(): Tally;
  /** The one mark that stands for several when a window grows over its bound, as sums do. Absent: `keep` decides. */
  merge?(marks: readonly ConditionMark[]): ConditionMark;
}

/** What an index may rely on, of a condition whose relevant events pass the predicate and have the fields. */
export function relevance(
  predicate: Predicate | null,
  fields: readonly string[] = [],
): Pick<Condition, "types" | "requires" | "fields"> {
  const own = fields.filter((field) => !isInEveryEvent(field));
  if (predicate === null) return { types: null, fields: own };
  return {
    types: predicate.types,
    requires: predicate.requires,
    fields: [...own, ...(predicate.fields ?? [])],
  };
}

/** What a condition type may use while it compiles its options. */
export interface ConditionContext {
  readonly name: string;
  /** The rule's `where`, the condition's `where` and its `field`/`value`, together; null: everything passes. */
  readonly predicate: Predicate | null;
  readonly windowMs: number;
  /** Compiles a `where` below the option at `path`; null after a fault has been reported. */
  predicateAt(path: readonly (string | number)[], where: unknown): Predicate | null;
  /** `30s` as milliseconds; null after a fault. */
  duration(path: readonly (string | number)[], text: string): number | null;
  /** A named time pattern or one of its own; null after a fault. */
  timePattern(path: readonly (string | number)[], pattern: unknown): TimePattern | null;
  fault(path: readonly (string | number)[], code: string, message: string): void;
}

export interface ConditionType<Options = never> {
  /** The word in rule files, and the name of the file it lives in (with dashes). */
  readonly type: string;
  /** One sentence: what editors say of it. */
  readonly doc: string;
  /** A condition to fill in, which loads as it is, as one line of YAML: what `corral rules new` writes. */
  readonly example: string;
  /** It looks at the instant alone: by itself a condition of this type makes no event relevant. */
  readonly instant?: true;
  /** Its own keys, without `type`, `where` and `value`; `describe` says what editors say of a key that only it has. */
  readonly options: z.ZodType<Options>;
  /** Null after a fault has been reported. */
  compile(options: Options, context: ConditionContext): Condition | null;
}

/** Any condition type, options unknown. */
// biome-ignore lint/suspicious/noExplicitAny: options are checked by the type's own schema before compile sees them
export type AnyConditionType = ConditionType<any>;
