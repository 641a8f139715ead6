/** A feed's settings → how its text is read. */
import type { FeedSettings } from "../config/feed-settings.ts";
import type { FeedShape } from "../enrichment/feeds/read-feed.ts";
import { ConfigError } from "../errors.ts";
import { compileRegex } from "../rules/predicate/regex.ts";

/** Throws ConfigError for an `exclude` that is no regular expression. */
export function feedShape(feed: FeedSettings): FeedShape {
  const { name, format, confidence, threat, tags, value, delimiter } = feed;
  return {
    name,
    format,
    confidence,
    threat,
    tags,
    value,
    delimiter,
    // Most of URLhaus's hosts serve nothing else; lists of others say nothing of the host.
    hosts: feed.hosts ?? format === "urlhaus",
    excluded: excluded(feed),
  };
}

function excluded({ name, exclude }: FeedSettings): FeedShape["excluded"] {
  if (exclude === null) return null;
  const regex = compileRegex(exclude);
  if ("fault" in regex) throw new ConfigError(`Cannot read feed ${name}: exclude: ${regex.fault}`);
  return regex.test;
}
