/** URLhaus (abuse.ch): URLs that spread malware, CSV (`csv_recent`, `csv_online`) or JSON. */
import type { JsonMap, JsonValue } from "../../events/security-event.ts";
import { abuseRows } from "./abuse-csv.ts";
import type { Candidate, FeedFormat, Refused } from "./candidate.ts";
import { feedTime } from "./feed-time.ts";
import { asList, asMap, field, looksLikeJson, parseFeedJson, said, textField, texts } from "./json.ts";

export const urlhaus: FeedFormat = function* (text) {
  if (!looksLikeJson(text)) {
    for (const row of abuseRows(text, "url")) yield candidate(row);
    return;
  }
  for (const item of jsonRows(parseFeedJson(text))) {
    const row = asMap(item);
    yield row === null ? { refused: "no-value", value: "" } : candidate(row);
  }
};

/** A list, `{"urls": […]}`, or the dump's `{"<id>": [{…}]}`. */
function jsonRows(value: JsonValue): readonly JsonValue[] {
  const map = asMap(value);
  if (map === null) return asList(value);
  if (Object.hasOwn(map, "url")) return [map];
  return Object.values(map).flatMap((item) => (Array.isArray(item) ? (item as readonly JsonValue[]) : []));
}

function candidate(row: JsonMap): Candidate | Refused {
  const url = textField(row, "url");
  if (url === null) return { refused: "no-value", value: "" };
  return {
    type: "url",
    value: url,
    threat: textField(row, "threat"),
    tags: tagsOf(field(row, "tags")),
    first_seen: feedTime(textField(row, "dateadded")),
    reference: textField(row, "urlhaus_link") ?? textField(row, "urlhaus_reference"),
  };
}

/** A list in JSON, in CSV one cell. */
export function tagsOf(value: JsonValue | undefined): readonly string[] {
  if (Array.isArray(value)) return texts(value);
  return (said(value) ?? "").split(",").flatMap((tag) => said(tag) ?? []);
}
