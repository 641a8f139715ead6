/**
 * A known bad domain, address, network, URL or file, as one feed tells it: a record of the topic `indicators`. What two
 * feeds say of one value are two records, so that each feed can take back its own.
 */
export const indicatorTypes = ["domain", "ip", "cidr", "url", "sha256", "sha1", "md5"] as const;
export type IndicatorType = (typeof indicatorTypes)[number];

export interface Indicator {
  readonly type: IndicatorType;
  /** Normalised (indicator-value.ts), so that equal things are equal texts. */
  readonly value: string;
  /** Name of the feed in the settings; holds no slash. */
  readonly feed: string;
  /** What it belongs to: a malware family, a campaign. */
  readonly threat: string | null;
  readonly tags: readonly string[];
  /** From 0 to 100. */
  readonly confidence: number;
  /** Event times at which it counts: from `valid_from`, before `valid_until`; epoch milliseconds; null: no bound. */
  readonly valid_from: number | null;
  readonly valid_until: number | null;
  /** When it was first seen in the world, epoch milliseconds. */
  readonly first_seen: number | null;
  /** Where a person can read more. */
  readonly reference: string | null;
}

/** Where an indicator stands; the value may hold slashes, type and feed hold none. */
export type IndicatorPlace = Pick<Indicator, "type" | "value" | "feed">;

/** The key of its record: `<type>/<value>/<feed>`. */
export function indicatorKey({ type, value, feed }: IndicatorPlace): string {
  return `${type}/${value}/${feed}`;
}

/** Null: it is no such key. */
export function indicatorPlace(key: string): IndicatorPlace | null {
  const first = key.indexOf("/");
  const last = key.lastIndexOf("/");
  const type = key.slice(0, first);
  if (first < 0 || last <= first + 1 || last === key.length - 1 || !isIndicatorType(type)) return null;
  return { type, value: key.slice(first + 1, last), feed: key.slice(last + 1) };
}

export function isIndicatorType(value: unknown): value is IndicatorType {
  return (indicatorTypes as readonly unknown[]).includes(value);
}
