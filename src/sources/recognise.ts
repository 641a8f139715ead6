/**
 * Which producer a value comes from, decided per record by what is in it: topics are mixed and headers often missing.
 * Envelopes are opened first, one inside the other; what nobody knows is `unmapped`.
 */
import { InvalidMessage } from "../errors.ts";
import type { JsonMap, JsonValue } from "../events/security-event.ts";
import type { Formats } from "./formats.ts";
import { maxEventsPerRecord } from "./limits.ts";
import { parseText } from "./parse-json.ts";
import { bothNames } from "./plain-names/both-names.ts";
import type { Enclosed, EventDraft, Place, Surroundings } from "./source.ts";
import { standingIn } from "./standing-in.ts";
import { unmapped } from "./unmapped.ts";

/** What one value turned out to be. */
export interface Recognised {
  /** Names of the envelopes around it, outermost first. */
  readonly envelopes: readonly string[];
  /** Name of the source; `unmapped` where nobody knows it. */
  readonly source: string;
  readonly value: JsonValue;
  readonly drafts: readonly EventDraft[];
}

/** Envelopes opened one inside the other, at most; what is inside of the last is then `unmapped`. */
const maxEnvelopes = 8;

/** No envelope is around it. */
const outermost: readonly string[] = [];
const noFields: JsonMap = {};

/** One record on its way. */
interface Reading {
  readonly formats: Formats;
  readonly found: Recognised[];
  /** Events found so far. */
  events: number;
}

/**
 * In the order in which the value holds them. Throws InvalidMessage: `invalid-field` where a field can mean nothing,
 * `too-many-events`.
 */
export function recognise(value: JsonValue, around: Surroundings, formats: Formats): readonly Recognised[] {
  const reading: Reading = { formats, found: [], events: 0 };
  recogniseInside({ value, around }, reading, outermost);
  return reading.found;
}

function recogniseInside(
  { value, around, fields = noFields }: Enclosed,
  reading: Reading,
  envelopes: readonly string[],
): void {
  if (typeof value === "string") inText(value, around, fields, reading, envelopes);
  else if (Array.isArray(value)) inList(value as readonly JsonValue[], around, reading, envelopes);
  else if (typeof value !== "object" || value === null) unknown(value, around, reading, envelopes);
  else inMap(value as JsonMap, around, reading, envelopes);
}

function inMap(map: JsonMap, around: Surroundings, reading: Reading, envelopes: readonly string[]): void {
  const { formats } = reading;
  if (envelopes.length < maxEnvelopes) {
    const envelope = formats.envelopesFor(map).find((each) => each.recognises(map, around.headers));
    if (envelope !== undefined) {
      const within = [...envelopes, envelope.name];
      for (const inside of envelope.open(map, around)) recogniseInside(inside, reading, within);
      return;
    }
  }
  const source = formats.sourcesFor(map).find((each) => each.recognises(map));
  if (source === undefined) {
    unknown(map, around, reading, envelopes);
    return;
  }
  const drafts = completed(source.events(map, around), around, source.place ?? "node");
  add({ envelopes, source: source.name, value: map, drafts }, reading);
}

function inList(
  list: readonly JsonValue[],
  around: Surroundings,
  reading: Reading,
  envelopes: readonly string[],
): void {
  if (envelopes.length >= maxEnvelopes) {
    unknown(list, around, reading, envelopes);
    return;
  }
  // Before any of them is read: it would be for nothing.
  if (list.length > maxEventsPerRecord) refuseTooMany();
  const within = [...envelopes, "list"];
  for (const value of list) recogniseInside({ value, around }, reading, within);
}

/** Text inside of an envelope: JSON, else a line that somebody knows. */
function inText(
  text: string,
  around: Surroundings,
  fields: JsonMap,
  reading: Reading,
  envelopes: readonly string[],
): void {
  const json = envelopes.length < maxEnvelopes && /^\s*[{[]/.test(text) ? parseText(text) : undefined;
  if (typeof json === "object" && json !== null) {
    recogniseInside({ value: json, around, fields }, reading, envelopes);
    return;
  }
  const source = reading.formats.lines.find((each) => each.recognises(text));
  if (source === undefined) {
    unknown({ ...fields, message: text }, around, reading, envelopes);
    return;
  }
  const drafts = completed(source.events(text, around), around, "container");
  add({ envelopes, source: source.name, value: text, drafts }, reading);
}

function unknown(
  value: JsonValue,
  around: Surroundings,
  reading: Reading,
  envelopes: readonly string[],
): void {
  const drafts = [bothNames(unmapped(value, around))];
  add({ envelopes, source: "unmapped", value, drafts }, reading);
}

function completed(drafts: readonly EventDraft[], around: Surroundings, place: Place): readonly EventDraft[] {
  const stand = standingIn(around, place);
  const complete = (draft: EventDraft): EventDraft => bothNames(stand === null ? draft : stand(draft));
  return drafts.length === 1 ? [complete(drafts[0]!)] : drafts.map(complete);
}

/** Cutting the list would hide events; the record as a whole is refused. */
function add(recognised: Recognised, reading: Reading): void {
  reading.events += recognised.drafts.length;
  if (reading.events > maxEventsPerRecord) refuseTooMany();
  reading.found.push(recognised);
}

function refuseTooMany(): never {
  throw new InvalidMessage(
    "too-many-events",
    `Cannot read record: it must hold at most ${maxEventsPerRecord} events`,
  );
}
