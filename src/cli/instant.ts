import { InvalidArgumentError } from "commander";
import { systemClock } from "../clock.ts";
import { parseDuration } from "../config/duration.ts";
import { parseTime } from "../sources/parse-time.ts";

/** Option parser for instants, epoch milliseconds: RFC 3339, or a duration before now, `7d`. */
export function instant(text: string): number {
  const ago = parseDuration(text);
  const time = ago === null ? parseTime(text) : systemClock.now() - ago;
  if (Number.isNaN(time)) {
    throw new InvalidArgumentError("It must be a time like 2026-01-05T10:00:00Z, or how long ago, like 7d.");
  }
  return time;
}
