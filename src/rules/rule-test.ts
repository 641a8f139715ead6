/** `tests:` of a rule file (semantics 7): their schema, and the events they stand for. */
import { z } from "zod";
import { parseDuration, parseOffset } from "../events/duration.ts";
import type { JsonMap, JsonValue, SecurityEvent } from "../events/security-event.ts";
import { isSeverity, severities } from "../events/severity.ts";
import { timePatternSchema } from "./calendar.ts";
import { durationSchema as duration, offsetSchema as offset } from "./duration-schema.ts";

const eventSchema = z.looseObject({
  at: offset,
  severity: z.enum(severities).nullish(),
  repeat: z.strictObject({ times: z.number().int().positive().max(100_000), every: duration }).optional(),
});
const advanceSchema = z.strictObject({ advance: duration });

const expectSchema = z.strictObject({
  rule: z.string().optional(),
  at: offset.optional(),
  last_seen: offset.optional(),
  group: z.record(z.string(), z.string()).optional(),
  severity: z.enum(severities).optional(),
  actions: z.array(z.string()).optional(),
  events: z.array(z.number().int().nonnegative()).optional(),
  event_count: z.number().int().nonnegative().optional(),
  closed: z.boolean().optional(),
  shadow: z.boolean().optional(),
});

export const ruleTestSchema = z.strictObject({
  name: z.string().min(1),
  start: z.string().datetime({ offset: true }).default("2026-01-05T10:00:00Z"),
  allowed_lateness: duration.optional(),
  calendar: z.record(z.string(), timePatternSchema).optional(),
  lists: z.record(z.string(), z.array(z.string())).optional(),
  events: z.array(z.union([advanceSchema, eventSchema])),
  expect: z.array(expectSchema),
  any_order: z.boolean().default(false),
  open_end: z.boolean().default(false),
});

export type RuleTest = z.infer<typeof ruleTestSchema>;
export type ExpectedAlert = RuleTest["expect"][number];

/** One arrival of a test: an event, or the highest event time moving on by so many milliseconds. */
export type Arrival = { readonly event: SecurityEvent } | { readonly advance: number };

const topLevel = new Set([
  "id",
  "at",
  "repeat",
  "type",
  "container_id",
  "severity",
  "source",
  "details",
  "enrichment",
]);

/** The arrivals of a test in order, `repeat` written out. Unknown keys go to details. */
export function arrivals(test: RuleTest): readonly Arrival[] {
  const start = Date.parse(test.start);
  const list: Arrival[] = [];
  let index = 0;
  for (const entry of test.events) {
    if ("advance" in entry) {
      list.push({ advance: parseDuration(entry.advance as string)! });
      continue;
    }
    const times = entry.repeat?.times ?? 1;
    const every = entry.repeat === undefined ? 0 : parseDuration(entry.repeat.every)!;
    for (let run = 0; run < times; run += 1) {
      const timestamp = start + parseOffset(entry.at)! + run * every;
      list.push({ event: eventOf(entry as JsonMap, timestamp, `${test.name}/${index}`) });
      index += 1;
    }
  }
  return list;
}

function eventOf(entry: JsonMap, timestamp: number, defaultId: string): SecurityEvent {
  const details: Record<string, JsonValue> = { ...mapOf(entry.details) };
  for (const [key, value] of Object.entries(entry)) {
    if (!topLevel.has(key)) details[key] = value;
  }
  const { id, container_id: container, type, severity, source } = entry;
  return {
    id: typeof id === "string" ? id : defaultId,
    timestamp,
    container_id: typeof container === "string" ? container : null,
    type: typeof type === "string" ? type : "",
    severity: isSeverity(severity) ? severity : "info",
    source: typeof source === "string" ? source : "test",
    details,
    enrichment: mapOf(entry.enrichment),
  };
}

function mapOf(value: JsonValue | undefined): JsonMap {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as JsonMap) : {};
}
