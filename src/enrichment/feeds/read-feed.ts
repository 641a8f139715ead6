/** A feed's text → its indicators. A bad entry is counted by reason and left out; the rest goes on. */
import { InvalidMessage } from "../../errors.ts";
import { type Indicator, indicatorKey } from "../indicator.ts";
import { urlValue } from "../url-value.ts";
import type { Candidate, FormatOptions } from "./candidate.ts";
import { type FeedFormatName, feedFormats } from "./formats.ts";
import { type IndicatorValue, indicatorValue } from "./indicator-value.ts";
import { isSharedHost } from "./shared-hosts.ts";

export interface FeedShape extends FormatOptions {
  readonly name: string;
  readonly format: FeedFormatName;
  /** Of entries that state none, from 0 to 100. */
  readonly confidence: number;
  /** Of entries that state none. */
  readonly threat: string | null;
  /** Besides those of the entries. */
  readonly tags: readonly string[];
  /** Whether the hosts of listed URLs are indicators too, with a confidence of at most 60. */
  readonly hosts: boolean;
  /** Values for which it holds are left out; null: none. */
  readonly excluded: ((value: string) => boolean) | null;
}

export interface FeedReading {
  /** By key. */
  readonly indicators: ReadonlyMap<string, Indicator>;
  /** Number of entries by reason. */
  readonly refused: ReadonlyMap<string, number>;
  /** The first value of each reason, cut. */
  readonly examples: ReadonlyMap<string, string>;
}

/** A host may serve more than the one bad URL. */
const hostConfidence = 60;
const longest = { threat: 200, tag: 64, reference: 500 } as const;
const mostTags = 16;

/** Throws InvalidMessage when the text is not of the feed's format, or when it has entries and none can be read. */
export function readFeed(text: string, shape: FeedShape): FeedReading {
  const reading = { indicators: new Map<string, Indicator>(), refused: new Map(), examples: new Map() };
  for (const entry of feedFormats[shape.format](text, shape)) {
    if ("refused" in entry) refuse(reading, entry.refused, entry.value);
    else takeUp(reading, entry, shape);
  }
  const unreadable = [...reading.refused].filter(([reason]) => reason.startsWith("bad-"));
  if (reading.indicators.size === 0 && unreadable.length > 0) {
    const counts = unreadable.map(([reason, count]) => `${count} ${reason}`).join(", ");
    throw new InvalidMessage(
      "bad-feed",
      `Cannot read feed ${shape.name}: some entry must be one of ${shape.format}: current value is ${counts}`,
    );
  }
  return reading;
}

interface Readings {
  readonly indicators: Map<string, Indicator>;
  readonly refused: Map<string, number>;
  readonly examples: Map<string, string>;
}

function takeUp(reading: Readings, candidate: Candidate, shape: FeedShape): void {
  const { value } = candidate;
  const found = shape.excluded?.(value) === true ? { refused: "excluded" } : checked(candidate);
  if ("refused" in found) {
    refuse(reading, found.refused, value);
    return;
  }
  const indicator = indicatorOf(found, candidate, shape);
  keep(reading, indicator);
  if (found.type === "url" && shape.hosts) takeHost(reading, indicator);
}

function checked({ type, value, valid_from = null, valid_until = null }: Candidate): IndicatorValue {
  if (valid_from !== null && valid_until !== null && valid_until <= valid_from)
    return { refused: "never-valid" };
  const found = indicatorValue(type, value);
  return "type" in found && found.type === "domain" && isSharedHost(found.value)
    ? { refused: "shared-host" }
    : found;
}

function takeHost(reading: Readings, indicator: Indicator): void {
  const host = urlValue(indicator.value)?.host;
  if (host === null || host === undefined) return;
  const found = checked({ type: "host", value: host });
  if ("refused" in found) refuse(reading, found.refused, host);
  else keep(reading, { ...indicator, ...found, confidence: Math.min(indicator.confidence, hostConfidence) });
}

/** Of several entries for one value the most confident counts, of equal ones the first. */
function keep({ indicators }: Readings, indicator: Indicator): void {
  const key = indicatorKey(indicator);
  const before = indicators.get(key);
  if (before === undefined || before.confidence < indicator.confidence) indicators.set(key, indicator);
}

function indicatorOf(
  { type, value }: Exclude<IndicatorValue, { readonly refused: string }>,
  candidate: Candidate,
  shape: FeedShape,
): Indicator {
  const tags = [...(candidate.tags ?? []), ...shape.tags].map((tag) => tag.slice(0, longest.tag));
  const confidence = Math.round(candidate.confidence ?? shape.confidence);
  return {
    type,
    value,
    feed: shape.name,
    threat: (candidate.threat ?? shape.threat)?.slice(0, longest.threat) ?? null,
    tags: [...new Set(tags)].sort((a, b) => (a < b ? -1 : 1)).slice(0, mostTags),
    confidence: Math.min(100, Math.max(0, confidence)),
    valid_from: candidate.valid_from ?? null,
    valid_until: candidate.valid_until ?? null,
    first_seen: candidate.first_seen ?? null,
    reference: candidate.reference?.slice(0, longest.reference) ?? null,
  };
}

function refuse({ refused, examples }: Readings, reason: string, value: string): void {
  refused.set(reason, (refused.get(reason) ?? 0) + 1);
  if (!examples.has(reason)) examples.set(reason, value.slice(0, 100));
}
