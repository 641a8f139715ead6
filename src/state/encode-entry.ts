/**
 * A window entry as the member of a sorted set: a JSON array without the event time, which is the member's score.
 * Two entries with the same text are the same entry; the same entry with another time has moved.
 *
 *     ["e-17","process_exec","3f2a…",[4,90112,0],[1,null]]
 *
 * An event that lasts has two more elements, from when and until when, so that its next state is another member.
 */
import type { WindowEntry } from "./store.ts";

export function encodeEntry(entry: WindowEntry): string {
  const { t, until, id, type, container, origin, marks } = entry;
  return JSON.stringify([id, type, container, origin, marks, ...(until === undefined ? [] : [t, until])]);
}

/** The inverse of `encodeEntry`. Throws SyntaxError for text that it did not write. */
export function decodeEntry(member: string, t: number): WindowEntry {
  const [id, type, container, origin, marks, , until] = JSON.parse(member) as [
    WindowEntry["id"],
    WindowEntry["type"],
    WindowEntry["container"],
    WindowEntry["origin"],
    WindowEntry["marks"],
    number?,
    number?,
  ];
  return { t, id, type, container, origin, marks, ...(until === undefined ? {} : { until }) };
}

/** The order in which `load` gives entries: by event time, then id, then what they hold. */
export function compareEntries(a: WindowEntry, b: WindowEntry): number {
  if (a.t !== b.t) return a.t - b.t;
  if (a.id !== b.id) return a.id < b.id ? -1 : 1;
  const [left, right] = [encodeEntry(a), encodeEntry(b)];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
