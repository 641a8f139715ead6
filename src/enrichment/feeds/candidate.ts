/** What a format makes of a feed's text: values as they stand there, with what the feed says of them. */
import type { Indicator, IndicatorType } from "../indicator.ts";

/**
 * `address`: one or a network; `host`: address or domain; `hash`: told apart by length; `any`: each of these or a URL.
 */
export type CandidateType = Exclude<IndicatorType, "ip" | "cidr"> | "address" | "host" | "hash" | "any";

export interface Candidate extends Partial<Omit<Indicator, "type" | "value" | "feed" | "confidence">> {
  readonly type: CandidateType;
  readonly value: string;
  /** From 0 to 100; absent or null: that of the feed. */
  readonly confidence?: number | null;
}

/** An entry that is left out, with a short reason that is counted. */
export interface Refused {
  readonly refused: string;
  readonly value: string;
}

export interface FormatOptions {
  /** For `csv`: the column of the value, a name or a number from 1. */
  readonly value: string | number;
  /** For `csv`: between cells. */
  readonly delimiter: string;
}

/** Throws InvalidMessage when the text as a whole is not of the format. */
export type FeedFormat = (text: string, options: FormatOptions) => Iterable<Candidate | Refused>;
