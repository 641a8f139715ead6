/** What fills the inventory from outside: it lists what there is and follows what changes, until it is told to stop. */
import type { Clock } from "../clock.ts";
import type { InventoryFeed } from "./inventory-feed.ts";

export interface FeederContext {
  readonly feed: InventoryFeed;
  readonly cluster: string;
  readonly clock: Clock;
  /** Ends it when aborted. */
  readonly signal: AbortSignal;
  /** List once and end. */
  readonly once: boolean;
  /** Everything there is was listed and written; may be told again after an interruption. */
  readonly listed: () => void;
  /** The other side failed; it is asked again after so many milliseconds. */
  readonly failed: (error: unknown, delayMs: number) => void;
}

/** Resolves when stopped or, with `once`, done. Throws TransientError when it should list once and cannot. */
export type Feeder = (context: FeederContext) => Promise<void>;

/** Doubles from one second to half a minute; `attempt` counts from 0. */
export function retryDelay(attempt: number): number {
  return Math.min(30_000, 1_000 * 2 ** Math.min(attempt, 5));
}

/** How often what has changed is written, milliseconds. */
export const flushEveryMs = 500;
