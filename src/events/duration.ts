/** Milliseconds of each unit, largest first. */
const units = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;
const pattern = /^(\d+)(ms|s|m|h|d|w)$/;

/** `5m` → 300000. An integer and one unit, as rules and settings write it; anything else is undefined. */
export function parseDuration(text: string): number | undefined {
  const [, digits, unit] = pattern.exec(text) ?? [];
  if (unit === undefined) return undefined;
  const duration = Number(digits) * units[unit as keyof typeof units];
  return Number.isSafeInteger(duration) ? duration : undefined;
}

/** A place in time relative to a start, as rule tests write it: a duration that may be negative, `-30s`. */
export function parseOffset(text: string): number | undefined {
  if (!text.startsWith("-")) return parseDuration(text);
  const duration = parseDuration(text.slice(1));
  // `0 - n`, so that `-0s` is 0 and not -0.
  return duration === undefined ? undefined : 0 - duration;
}

/** 5400000 → `1h30m`, for people; days are the largest unit. */
export function formatDuration(ms: number): string {
  if (ms < 0) return `-${formatDuration(-ms)}`;
  let rest = ms;
  let text = "";
  for (const unit of ["d", "h", "m", "s", "ms"] as const) {
    const count = unit === "ms" ? rest : Math.floor(rest / units[unit]);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * units[unit];
  }
  return text === "" ? "0s" : text;
}
