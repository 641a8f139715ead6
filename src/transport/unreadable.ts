import type { LogRecord } from "./log.ts";

/**
 * A batch of the log that could not be opened (it would grow beyond all bounds, is broken, or has an unknown codec)
 * comes as one record: null key and value, these two headers, and the last offset of what it stands for. It is meant
 * for the dead letters. A producer that writes such a header itself gets its own record there, nothing more.
 */
export const unreadableHeaders = {
  reason: "corral-unreadable",
  firstOffset: "corral-unreadable-from",
} as const;

export interface Unreadable {
  /** A short word: `too-large`, `too-many-records`, `corrupt`, `unsupported-codec`, `unsupported-format`. */
  readonly reason: string;
  readonly firstOffset: number;
  readonly lastOffset: number;
}

/** What the record stands for, when it stands for a batch that could not be opened. */
export function unreadableOf(record: LogRecord): Unreadable | undefined {
  const reason: string | undefined = record.headers[unreadableHeaders.reason];
  const from: string | undefined = record.headers[unreadableHeaders.firstOffset];
  if (reason === undefined || record.value !== null) return undefined;
  const firstOffset = from === undefined ? record.offset : Number(from);
  return { reason, firstOffset, lastOffset: record.offset };
}
