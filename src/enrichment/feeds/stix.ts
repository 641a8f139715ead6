/** STIX 2.1: indicators of a bundle (or a TAXII envelope: `objects`), with the name of what they indicate. */
import { InvalidMessage } from "../../errors.ts";
import type { JsonMap } from "../../events/security-event.ts";
import type { Candidate, FeedFormat, Refused } from "./candidate.ts";
import { feedTime } from "./feed-time.ts";
import { asList, asMap, field, parseFeedJson, textField, texts } from "./json.ts";
import { stixTerms } from "./stix-pattern.ts";

export const stix: FeedFormat = function* (text) {
  const root = asMap(parseFeedJson(text));
  if (root === null || !(Object.hasOwn(root, "objects") || field(root, "type") === "bundle")) {
    throw new InvalidMessage("not-stix", "Cannot read feed: it must be a STIX bundle");
  }
  const objects = asList(field(root, "objects"))
    .map(asMap)
    .filter((object) => object !== null);
  const threats = indicated(objects);
  for (const object of objects) {
    if (field(object, "type") === "indicator") yield* candidates(object, threats);
  }
};

function* candidates(object: JsonMap, threats: ReadonlyMap<string, string>): Iterable<Candidate | Refused> {
  const pattern = textField(object, "pattern") ?? "";
  if (field(object, "revoked") === true) return yield { refused: "revoked", value: pattern };
  if ((textField(object, "pattern_type") ?? "stix") !== "stix")
    return yield { refused: "pattern-language", value: pattern };
  const terms = stixTerms(pattern);
  if (typeof terms === "string") return yield { refused: terms, value: pattern };
  const confidence = field(object, "confidence");
  for (const { type, value } of terms) {
    yield {
      type,
      value,
      threat: threats.get(textField(object, "id") ?? "") ?? textField(object, "name"),
      tags: [...texts(field(object, "indicator_types")), ...texts(field(object, "labels"))],
      confidence: typeof confidence === "number" ? confidence : null,
      valid_from: feedTime(textField(object, "valid_from")),
      valid_until: feedTime(textField(object, "valid_until")),
      reference: referenceOf(object),
    };
  }
}

/** Names of what indicators indicate, by the indicator's id. */
function indicated(objects: readonly JsonMap[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const object of objects) {
    const [id, name] = [textField(object, "id"), textField(object, "name")];
    if (id !== null && name !== null) names.set(id, name);
  }
  const threats = new Map<string, string>();
  for (const object of objects) {
    if (field(object, "relationship_type") !== "indicates") continue;
    const name = names.get(textField(object, "target_ref") ?? "");
    const indicator = textField(object, "source_ref");
    if (name !== undefined && indicator !== null) threats.set(indicator, name);
  }
  return threats;
}

function referenceOf(object: JsonMap): string | null {
  for (const item of asList(field(object, "external_references"))) {
    const url = textField(asMap(item) ?? {}, "url");
    if (url !== null) return url;
  }
  return null;
}
