const numeric = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * The number that a field holds: a finite JSON number, or text `[+-]digits[.digits][e±digits]` as many producers write
 * 64-bit integers. Anything else (blanks, `0x1f`, `Infinity`, booleans) is none.
 */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value !== "string" || !numeric.test(value)) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}
