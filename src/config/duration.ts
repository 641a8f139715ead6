/**
 * Durations as people write them in settings: a whole number and one unit, `250ms`, `60s`, `10m`, `36h`, `7d`, `2w`.
 * No fractions, no sums, no bare numbers: a number without a unit is the usual way to be wrong by a thousand.
 */
const units = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
} as const;

export const durationPattern = /^(\d+)(ms|s|m|h|d|w)$/;

/** Milliseconds, or null when `text` is no duration or more than a safe integer holds. */
export function parseDuration(text: string): number | null {
  const match = durationPattern.exec(text);
  if (match === null) return null;
  const ms = Number(match[1]) * units[match[2] as keyof typeof units];
  return Number.isSafeInteger(ms) ? ms : null;
}

/** The shortest exact text: 60000 is `1m`, 61000 is `61s`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return "0s";
  const [unit, size] = Object.entries(units).findLast(([, size]) => ms % size === 0) ?? ["ms", 1];
  return `${ms / size}${unit}`;
}
