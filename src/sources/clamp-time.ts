/**
 * Keeps one sensor's bad clock from moving everybody's time: a recording of a real sensor has timestamps of the year
 * 2077, and one of them would carry the watermark past every open window.
 *
 * A time ahead of the broker's by more than five minutes, or none at all, becomes the broker's append time and the event
 * says so in `enrichment.clock_replaced`. Late and out-of-order times are left alone: that is what windows are for.
 */
import { InvalidMessage } from "../errors.ts";
import type { EventDraft } from "./source.ts";

/** How far ahead of the broker an event may claim to be, milliseconds. */
export const maxAhead = 5 * 60_000;

/**
 * Farthest from 1970 that counts as a time, milliseconds: beyond it negative longs do not survive avsc (its zigzag
 * arithmetic is exact to 2^52 only) and, a little later, dates end. It is the year 144683.
 */
const lastInstant = 2 ** 52;

/** `brokerTime` null (files): nothing is replaced; an unreadable time is InvalidMessage `invalid-time`. */
export function clampTime(draft: EventDraft, brokerTime: number | null): EventDraft {
  const readable = Number.isInteger(draft.timestamp) && Math.abs(draft.timestamp) <= lastInstant;
  if (brokerTime === null) {
    if (readable) return draft;
    throw new InvalidMessage(
      "invalid-time",
      `Cannot read event: timestamp must be epoch milliseconds or RFC 3339: current value is ${draft.timestamp}`,
    );
  }
  if (readable && draft.timestamp - brokerTime <= maxAhead) return draft;
  return { ...draft, timestamp: brokerTime, enrichment: { ...draft.enrichment, clock_replaced: true } };
}
