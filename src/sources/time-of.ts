import type { JsonValue } from "../events/security-event.ts";
import { parseTime } from "./parse-time.ts";

/** RFC 3339 text, or epoch seconds, milliseconds, microseconds or nanoseconds, told apart by their size; NaN: neither. */
export function timeOf(value: JsonValue | undefined): number {
  if (typeof value === "number") return epochMilliseconds(value);
  if (typeof value !== "string") return Number.NaN;
  if (/^\d{9,19}$/.test(value)) return millisecondsOfDigits(value);
  return /^\d{9,19}\.\d+$/.test(value) ? epochMilliseconds(Number(value)) : parseTime(value);
}

/** By digit: 19 of them are more than a number keeps, and rounding could reach into the next millisecond. */
function millisecondsOfDigits(digits: string): number {
  if (digits.length <= 11) return Number(digits) * 1e3;
  return Number(digits.length <= 14 ? digits : digits.slice(0, digits.length <= 17 ? -3 : -6));
}

/** Seconds until the year 5138, and so on up: the ranges in use do not meet. */
function epochMilliseconds(value: number): number {
  if (!(value > 0) || !Number.isFinite(value)) return Number.NaN;
  // A double holds seconds of today to a quarter of a microsecond: times thousand, .123 could come out as 122.9999.
  if (value < 1e11) return Math.floor(Math.round(value * 1e6) / 1e3);
  if (value < 1e14) return Math.floor(value);
  return Math.floor(value < 1e17 ? value / 1e3 : value / 1e6);
}
