/** Durations as rule files and their tests write them. */
import { z } from "zod";
import { parseDuration, parseOffset } from "../events/duration.ts";

const duration = "a duration like 30s, 5m or 1h";
const offset = "an offset like 90s or -1h";

export const durationSchema = z
  .string({ error: duration })
  .refine((text) => parseDuration(text) !== undefined, duration);

export const offsetSchema = z
  .string({ error: offset })
  .refine((text) => parseOffset(text) !== undefined, offset);
