/**
 * ThreatFox (abuse.ch): indicators of all types, CSV export or JSON (an export `{"<id>": [{…}]}`, the API's `{"data":
 * […]}`, or a list).
 */
import type { JsonMap, JsonValue } from "../../events/security-event.ts";
import { abuseRows } from "./abuse-csv.ts";
import type { Candidate, CandidateType, FeedFormat, Refused } from "./candidate.ts";
import { feedTime } from "./feed-time.ts";
import { asList, asMap, field, looksLikeJson, parseFeedJson, textField } from "./json.ts";
import { tagsOf } from "./urlhaus.ts";

export const threatfox: FeedFormat = function* (text) {
  if (!looksLikeJson(text)) {
    for (const row of abuseRows(text, "ioc_value")) yield candidate(row);
    return;
  }
  for (const item of jsonRows(parseFeedJson(text))) {
    const row = asMap(item);
    yield row === null ? { refused: "no-value", value: "" } : candidate(row);
  }
};

function jsonRows(value: JsonValue): readonly JsonValue[] {
  const map = asMap(value);
  if (map === null) return asList(value);
  return Object.hasOwn(map, "data") ? asList(field(map, "data")) : Object.values(map).flatMap(asList);
}

const types: Readonly<Record<string, CandidateType>> = {
  domain: "domain",
  url: "url",
  md5_hash: "md5",
  sha1_hash: "sha1",
  sha256_hash: "sha256",
};

function candidate(row: JsonMap): Candidate | Refused {
  const value = textField(row, "ioc_value") ?? textField(row, "ioc");
  if (value === null) return { refused: "no-value", value: "" };
  const iocType = textField(row, "ioc_type") ?? "";
  const type = iocType === "ip:port" ? "address" : Object.hasOwn(types, iocType) ? types[iocType] : undefined;
  if (type === undefined) return { refused: "type-not-looked-up", value };
  return {
    type,
    value: type === "address" ? withoutPort(value) : value,
    threat: textField(row, "malware_printable") ?? textField(row, "fk_malware") ?? textField(row, "malware"),
    tags: [...tagsOf(field(row, "tags")), ...tagsOf(field(row, "threat_type"))],
    confidence: confidenceOf(textField(row, "confidence_level")),
    first_seen: feedTime(textField(row, "first_seen_utc") ?? textField(row, "first_seen")),
    reference: textField(row, "reference"),
  };
}

/** `198.51.100.7:443`, `[2001:db8::7]:443`, and, as the export writes it, `2001:db8::7:443`: the last part is the port. */
export function withoutPort(text: string): string {
  if (text.startsWith("[")) return text.slice(1, Math.max(1, text.indexOf("]")));
  const colon = text.lastIndexOf(":");
  return colon < 0 ? text : text.slice(0, colon);
}

function confidenceOf(text: string | null): number | null {
  const number = text === null ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : null;
}
