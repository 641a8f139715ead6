/** What one run is: all that happens in it, as plain data, so that it can be printed, kept and made smaller. */
import type { RequestKind } from "./requests.ts";

export interface ScenarioEvent {
  readonly id: string;
  /** Event time, milliseconds from the start of the run. */
  readonly t: number;
  /** When its producer sends it, milliseconds from the start. */
  readonly at: number;
  /** Raw partition. */
  readonly raw: number;
  readonly type: string;
  readonly container: string;
  readonly namespace: string;
  readonly user: string;
  readonly n: number;
  /** Its clock was far ahead: the broker's time replaces its own. */
  readonly ahead?: boolean;
  /** Nobody can judge it: a defect that only this record meets. */
  readonly poison?: boolean;
}

export type RoleName = "enrich" | "correlate";

/** One thing that goes wrong; which fields it has is said by the file of its kind. */
export interface Fault {
  readonly kind: string;
  /** Milliseconds from the start. */
  readonly at: number;
  readonly role?: RoleName;
  /** Which replica of the role, modulo how many there are then. */
  readonly replica?: number;
  /** Not at once, but when such a request reaches that phase. */
  readonly on?: RequestKind;
  readonly phase?: "sent" | "done" | "answered";
  readonly ms?: number;
  readonly times?: number;
  readonly partition?: number;
}

export interface Scenario {
  readonly seed: number;
  readonly settings: {
    /** Quiet partitions follow the clock. */
    readonly idle: boolean;
    /** Rules over rules of other groups are loaded too. */
    readonly chains: boolean;
    readonly enrichers: number;
    readonly correlators: number;
    readonly cacheEntries: number;
    readonly maxRecords: number;
    /** Records per fetch at most. */
    readonly fetchRecords: number;
    /** Raw partition that is read slowly, and how many times slower; -1: none. */
    readonly slowRaw: number;
  };
  readonly events: readonly ScenarioEvent[];
  /** Records that are no events: raw partition and when. */
  readonly garbage: readonly { readonly at: number; readonly raw: number }[];
  readonly faults: readonly Fault[];
}

/** Numbers that all runs share. */
export const rawPartitions = 3;
export const enrichedPartitions = 4;
/** A Sunday, 14:00 UTC. */
export const start = Date.parse("2026-01-11T14:00:00Z");
export const lateness = 30_000;
