import type { BenchLoad } from "../support/bench-load.ts";
import type { BenchServers } from "../support/bench-servers.ts";

/** Of the enriched topic, and of the raw one. */
export const partitions = 6;

export interface CaseOptions {
  readonly seed: number;
  /** Events that are to be made, at least; null: the case's own number. */
  readonly events: number | null;
}

/** One way in which there is more than can be done. Each has a file of its own under `cases/`. */
export interface OverloadCase {
  /** As the table and `--only` call it. */
  readonly name: string;
  /** What it does, in a sentence. */
  readonly does: string;
  readonly rules: readonly string[];
  /** What the processes are told on top of the usual. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly load: (options: CaseOptions) => BenchLoad;
  /** Before the processes start, with all events in the raw topic. */
  readonly begin?: (servers: BenchServers) => unknown;
  /** Mends what `begin` broke, after the hold is over or when everything is judged, whichever comes first. */
  readonly end?: (servers: BenchServers) => unknown;
  /**
   * What the alerts must be, given those that the embedded engine has for the load and those that are in the topic, as
   * sorted lines; what does not hold, in sentences. Default: the same.
   */
  readonly judge?: (expected: readonly string[], said: readonly string[]) => readonly string[];
  /** What else there is to tell at the end, in sentences. */
  readonly notes?: (servers: BenchServers, said: readonly string[]) => Promise<readonly string[]>;
}
