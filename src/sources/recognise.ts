/**
 * Which producer a value comes from, decided per record by what is in it: topics are mixed and headers often missing.
 * Envelopes are opened first, one inside the other; what nobody knows is `unmapped`.
 */
import type { JsonMap, JsonValue } from "../events/security-event.ts";
import type { Formats } from "./formats.ts";
import { isDeeper, maxRecordDepth } from "./limits.ts";
import { parseText } from "./parse-json.ts";
import type { Enclosed, EventDraft, Surroundings } from "./source.ts";
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

/** In the order in which the value holds them. Throws InvalidMessage `invalid-field` where a field can mean nothing. */
export function recognise(value: JsonValue, around: Surroundings, formats: Formats): readonly Recognised[] {
  return recogniseInside({ value, around }, formats, []);
}

function recogniseInside(
  { value, around, fields = {} }: Enclosed,
  formats: Formats,
  envelopes: readonly string[],
): readonly Recognised[] {
  if (typeof value === "string") return inText(value, around, fields, formats, envelopes);
  if (Array.isArray(value)) {
    const within = [...envelopes, "list"];
    return (value as readonly JsonValue[]).flatMap((item) =>
      recogniseInside({ value: item, around }, formats, within),
    );
  }
  if (typeof value !== "object" || value === null) return [unknown(value, around, envelopes)];
  const map = value as JsonMap;
  if (envelopes.length < maxEnvelopes) {
    const envelope = formats.envelopes.find((each) => each.recognises(map, around.headers));
    if (envelope !== undefined) {
      const within = [...envelopes, envelope.name];
      return envelope.open(map, around).flatMap((inside) => recogniseInside(inside, formats, within));
    }
  }
  const source = formats.sources.find((each) => each.recognises(map));
  if (source === undefined) return [unknown(map, around, envelopes)];
  const drafts = source.events(map, around).map(standingIn(around, source.place ?? "node"));
  return [{ envelopes, source: source.name, value, drafts }];
}

/** Text inside of an envelope: JSON, else a line that somebody knows. */
function inText(
  text: string,
  around: Surroundings,
  fields: JsonMap,
  formats: Formats,
  envelopes: readonly string[],
): readonly Recognised[] {
  const json = envelopes.length < maxEnvelopes && /^\s*[{[]/.test(text) ? parseText(text) : undefined;
  if (typeof json === "object" && json !== null && !isDeeper(json, maxRecordDepth)) {
    return recogniseInside({ value: json, around, fields }, formats, envelopes);
  }
  const source = formats.lines.find((each) => each.recognises(text));
  if (source === undefined) return [unknown({ ...fields, message: text }, around, envelopes)];
  const drafts = source.events(text, around).map(standingIn(around, "container"));
  return [{ envelopes, source: source.name, value: text, drafts }];
}

function unknown(value: JsonValue, around: Surroundings, envelopes: readonly string[]): Recognised {
  return { envelopes, source: "unmapped", value, drafts: [unmapped(value, around)] };
}
