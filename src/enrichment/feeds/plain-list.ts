/**
 * One address, network, domain, URL or hash a line: firehol's netsets, IPsum (a count behind the address), OpenPhish, and
 * lists in the shape of a hosts file. `#` and `;` begin comments.
 */
import type { FeedFormat } from "./candidate.ts";

const nowhere = new Set(["0.0.0.0", "127.0.0.1", "::", "::1"]);

export const plainList: FeedFormat = function* (text) {
  for (const line of text.split(/\r?\n/)) {
    const [first, second] = entry(line);
    if (first === undefined) continue;
    yield { type: "any", value: second !== undefined && nowhere.has(first) ? second : first };
  }
};

/** A `#` inside of a word is part of a URL. */
function entry(line: string): readonly string[] {
  const words = line
    .replace(/^\uFEFF/, "")
    .slice(0, 4_096)
    .trim()
    .split(/[\s,]+/);
  const comment = words.findIndex((word) => /^[#;]/.test(word) || word.startsWith("//"));
  return (comment < 0 ? words : words.slice(0, comment)).filter((word) => word !== "");
}
