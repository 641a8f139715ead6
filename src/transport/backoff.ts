export interface BackoffOptions {
  readonly minMs: number;
  readonly maxMs: number;
  /** In [0, 1). */
  readonly random: () => number;
}

/**
 * Delay before attempt number `attempt` (from 0): doubles from `minMs` up to `maxMs`, of which the upper half is
 * random, so that many replicas do not come back at the same instant.
 */
export function backoffDelay(attempt: number, { minMs, maxMs, random }: BackoffOptions): number {
  const ceiling = Math.min(maxMs, minMs * 2 ** Math.min(attempt, 30));
  return ceiling / 2 + (ceiling / 2) * random();
}
