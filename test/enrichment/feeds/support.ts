import { type FeedReading, type FeedShape, readFeed } from "../../../src/enrichment/feeds/read-feed.ts";

export function shape(format: FeedShape["format"], change: Partial<FeedShape> = {}): FeedShape {
  return {
    name: "feed",
    format,
    confidence: 75,
    threat: null,
    tags: [],
    value: 1,
    delimiter: ",",
    hosts: false,
    excluded: null,
    ...change,
  };
}

export function read(
  format: FeedShape["format"],
  text: string,
  change: Partial<FeedShape> = {},
): FeedReading {
  return readFeed(text, shape(format, change));
}

/** `type value`, in the order of the feed. */
export function valuesOf({ indicators }: FeedReading): readonly string[] {
  return [...indicators.values()].map(({ type, value }) => `${type} ${value}`);
}

export function refusedOf({ refused }: FeedReading): Readonly<Record<string, number>> {
  return Object.fromEntries(refused);
}
