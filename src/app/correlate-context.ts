/** What the worker of an enriched partition is given, and whom it tells what it does. */
import type { ActionSettings } from "../actions/plan-actions.ts";
import type { JudgeSettings } from "../correlation/judge-settings.ts";
import type { RuleSet } from "../rules/rule-set.ts";
import type { DeadLetterGate } from "./dead-letter-gate.ts";
import type { LostState } from "./lost-state.ts";
import type { Emission } from "./outbox.ts";
import type { SessionContext } from "./partition-session.ts";
import type { DecodeEnriched } from "./read-enriched.ts";

export interface CorrelateContext
  extends Omit<SessionContext, "rulesVersion" | "ruleAges" | "drops" | "overload" | "emitted"> {
  readonly topics: { readonly raw: string; readonly enriched: string; readonly deadLetter: string };
  /** The rules of now; asked before every slice. */
  readonly rules: () => RuleSet;
  readonly judge: JudgeSettings;
  readonly actions: ActionSettings;
  readonly decode: DecodeEnriched;
  /** The partition of a group's key. */
  readonly partitionOf: (key: string) => number;
  /** Number of partitions of the enriched topic. */
  readonly partitions: number;
  /** Records judged and applied in one step at most. */
  readonly maxRecords: number;
  /** How long what was judged may wait to be applied where nothing is to be said, milliseconds; 0: not at all. */
  readonly applyWithinMs: number;
  /** Window entries and groups kept in memory between slices, at most. */
  readonly cacheEntries: number;
  /** Live groups of one rule in this partition, at most. */
  readonly maxGroups: number;
  /**
   * Where a partition without any state begins: at an offset, or with what the log tells of a state that was lost.
   * `until`: a rebuilding is under way that ends there.
   */
  readonly beginning: (partition: number, until: number | null) => Promise<number | LostState>;
  readonly gate: DeadLetterGate;
  readonly observe: CorrelateObserver;
}

export interface CorrelateObserver {
  claimed(partition: number, resent: number): void;
  applied(partition: number, summary: ApplySummary): void;
  emitted(emission: Emission): void;
  dead(reason: string): void;
  duplicate(partition: number): void;
  shed(rule: string): void;
  muted(rule: string): void;
  recreated(partition: number, rawPartition: number): void;
  gap(partition: number, from: number, to: number): void;
  rebuilding(partition: number, from: number, until: number): void;
}

export interface ApplySummary {
  readonly durationMs: number;
  readonly judged: number;
  readonly late: number;
  /** Event time reached on all raw partitions, epoch milliseconds; -Infinity: not yet. */
  readonly time: number;
  /** Live groups in the state. */
  readonly groups: number;
  /** Bytes of cached windows, roughly. */
  readonly bytes: number;
  readonly open: number;
  readonly emitted: number;
}
