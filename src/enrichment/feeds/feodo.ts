/** Feodo Tracker (abuse.ch): addresses of botnet controllers, CSV `ipblocklist.csv` or JSON `ipblocklist.json`. */
import type { JsonMap } from "../../events/security-event.ts";
import { abuseRows } from "./abuse-csv.ts";
import type { Candidate, FeedFormat } from "./candidate.ts";
import { feedTime } from "./feed-time.ts";
import { asList, asMap, looksLikeJson, parseFeedJson, textField } from "./json.ts";

export const feodo: FeedFormat = function* (text) {
  if (looksLikeJson(text)) {
    for (const item of asList(parseFeedJson(text))) {
      const row = asMap(item);
      const ip = row === null ? null : textField(row, "ip_address");
      yield ip === null ? { refused: "no-value", value: "" } : candidate(ip, row!, "first_seen", "status");
    }
    return;
  }
  for (const row of abuseRows(text, "dst_ip")) {
    const ip = textField(row, "dst_ip");
    yield ip === null
      ? { refused: "no-value", value: "" }
      : candidate(ip, row, "first_seen_utc", "c2_status");
  }
};

function candidate(ip: string, row: JsonMap, seen: string, status: string): Candidate {
  const state = textField(row, status);
  return {
    type: "address",
    value: ip,
    threat: textField(row, "malware"),
    tags: ["botnet_cc", ...(state === null ? [] : [state])],
    first_seen: feedTime(textField(row, seen)),
  };
}
