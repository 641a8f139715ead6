/**
 * Which producer a value comes from, decided per record by what is in it: topics are mixed and headers often missing.
 * Envelopes are opened first, one inside the other; what nobody knows is `unmapped`.
 */
import type { JsonMap, JsonValue } from "../events/security-event.ts";
import type { Formats } from "./formats.ts";
import { parseText } from "./parse-json.ts";
import type { EventDraft, Surroundings } from "./source.ts";
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
export function recognise(
  value: JsonValue,
  around: Surroundings,
  formats: Formats,
  envelopes: readonly string[] = [],
): readonly Recognised[] {
  if (typeof value === "string") return [inText(value, around, formats, envelopes)].flat();
  if (Array.isArray(value)) {
    return (value as readonly JsonValue[]).flatMap((item) =>
      recognise(item, around, formats, [...envelopes, "list"]),
    );
  }
  if (typeof value !== "object" || value === null) return [unknown(value, around, envelopes)];
  const map = value as JsonMap;
  if (envelopes.length < maxEnvelopes) {
    const envelope = formats.envelopes.find((each) => each.recognises(map, around.headers));
    if (envelope !== undefined) {
      return envelope
        .open(map, around)
        .flatMap((inside) => recognise(inside.value, inside.around, formats, [...envelopes, envelope.name]));
    }
  }
  const source = formats.sources.find((each) => each.recognises(map));
  if (source === undefined) return [unknown(map, around, envelopes)];
  return [
    { envelopes, source: source.name, value, drafts: source.events(map, around).map(standingIn(around)) },
  ];
}

/** Text inside of an envelope: JSON, else a line that somebody knows. */
function inText(
  text: string,
  around: Surroundings,
  formats: Formats,
  envelopes: readonly string[],
): Recognised | readonly Recognised[] {
  const json = envelopes.length < maxEnvelopes && /^\s*[{[]/.test(text) ? parseText(text) : undefined;
  if (typeof json === "object" && json !== null) return recognise(json, around, formats, envelopes);
  const source = formats.lines.find((each) => each.recognises(text));
  if (source === undefined) return unknown({ message: text }, around, envelopes);
  const drafts = source.events(text, around).map(standingIn(around));
  return { envelopes, source: source.name, value: text, drafts };
}

function unknown(value: JsonValue, around: Surroundings, envelopes: readonly string[]): Recognised {
  return { envelopes, source: "unmapped", value, drafts: [unmapped(value, around)] };
}

/** What the surroundings say stands in where the event says nothing. */
function standingIn({ container_id, enrichment }: Surroundings): (draft: EventDraft) => EventDraft {
  const context = Object.keys(enrichment).length > 0;
  return (draft) => {
    if (!context && (container_id === null || (draft.container_id ?? null) !== null)) return draft;
    return {
      ...draft,
      container_id: draft.container_id ?? container_id,
      enrichment: context ? { ...enrichment, ...draft.enrichment } : draft.enrichment,
    };
  };
}
