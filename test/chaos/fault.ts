import type { Stage } from "./stage.ts";

/** One way in which something breaks. Each has a file of its own under `faults/`. */
export interface Fault {
  /** As the table and `--only` call it. */
  readonly name: string;
  /** What it does, in a sentence. */
  readonly does: string;
  /** How often in each form of the run. */
  readonly times: { readonly short: number; readonly long: number };
  /** Why it cannot be done on this machine; null: it can. */
  readonly unable?: () => Promise<string | null>;
  /**
   * Once. Demands that the fault took hold where that can be seen, mends what it broke, and resolves then; that the
   * installation has recovered it need not wait for.
   */
  readonly inject: (stage: Stage, random: () => number) => Promise<void>;
}
