/**
 * MISP: events and attributes as the REST search, exports and feed files give them. Only what is meant for detection
 * (`to_ids: true`) and was not deleted; of composites (`domain|ip`, `filename|sha256`) the parts that are looked up.
 */
import { InvalidMessage } from "../../errors.ts";
import type { JsonMap, JsonValue } from "../../events/security-event.ts";
import type { Candidate, CandidateType, FeedFormat, Refused } from "./candidate.ts";
import { feedTime } from "./feed-time.ts";
import { asList, asMap, field, parseFeedJson, textField } from "./json.ts";

/** Per part of the attribute's type; null: not looked up. */
const types: Readonly<Record<string, readonly (CandidateType | null)[]>> = {
  domain: ["domain"],
  hostname: ["domain"],
  "hostname|port": ["domain", null],
  "domain|ip": ["domain", "address"],
  "ip-dst": ["address"],
  "ip-src": ["address"],
  "ip-dst|port": ["address", null],
  "ip-src|port": ["address", null],
  url: ["url"],
  md5: ["md5"],
  sha1: ["sha1"],
  sha256: ["sha256"],
  "filename|md5": [null, "md5"],
  "filename|sha1": [null, "sha1"],
  "filename|sha256": [null, "sha256"],
  "malware-sample": [null, "md5"],
};

interface Context {
  readonly threat: string | null;
  readonly tags: readonly string[];
}

export const misp: FeedFormat = function* (text) {
  const root = parseFeedJson(text);
  const response = field(asMap(root) ?? {}, "response") ?? root;
  const items = Array.isArray(response) ? (response as readonly JsonValue[]) : [response];
  let known = items.length === 0;
  for (const item of items) {
    const map = asMap(item) ?? {};
    const event = asMap(field(map, "Event")) ?? map;
    if (!["Attribute", "Object", "info"].some((key) => Object.hasOwn(event, key))) continue;
    known = true;
    yield* attributesOf(event, { threat: textField(event, "info"), tags: tagNames(event) });
  }
  if (!known) {
    throw new InvalidMessage("not-misp", "Cannot read feed: it must hold MISP events or attributes");
  }
};

function* attributesOf(event: JsonMap, context: Context): Iterable<Candidate | Refused> {
  for (const attribute of asList(field(event, "Attribute")))
    yield* candidates(asMap(attribute) ?? {}, context);
  for (const object of asList(field(event, "Object"))) {
    for (const attribute of asList(field(asMap(object) ?? {}, "Attribute")))
      yield* candidates(asMap(attribute) ?? {}, context);
  }
}

function* candidates(attribute: JsonMap, { threat, tags }: Context): Iterable<Candidate | Refused> {
  const value = textField(attribute, "value") ?? "";
  if (field(attribute, "to_ids") !== true) return yield { refused: "not-to-ids", value };
  if (field(attribute, "deleted") === true) return yield { refused: "deleted", value };
  const type = textField(attribute, "type") ?? "";
  const parts = Object.hasOwn(types, type) ? types[type] : undefined;
  if (parts === undefined) return yield { refused: "type-not-looked-up", value };
  const values = parts.length === 1 ? [value] : value.split("|");
  for (const [n, part] of parts.entries()) {
    if (part === null) continue;
    yield {
      type: part,
      value: values[n] ?? "",
      threat,
      tags: [...tags, ...tagNames(attribute)],
      first_seen: feedTime(textField(attribute, "first_seen") ?? textField(attribute, "timestamp")),
    };
  }
}

function tagNames(map: JsonMap): readonly string[] {
  return asList(field(map, "Tag")).flatMap((tag) => textField(asMap(tag) ?? {}, "name") ?? []);
}
