/**
 * Feeds → the compacted topic `indicators`: what a feed says is compared with what the topic holds of it, and only the
 * difference is written; what a feed no longer lists becomes a record without a value. A feed that cannot be read, or
 * not as what it should be, keeps what it has. Written twice, nothing changes.
 *
 * One process at a time should write the topic: two with different feeds would take back each other's.
 */
import { hash } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { Codec } from "../codec/codec.ts";
import type { FeedSettings } from "../config/feed-settings.ts";
import { type FeedReading, type FeedShape, readFeed } from "../enrichment/feeds/read-feed.ts";
import { type Indicator, indicatorPlace } from "../enrichment/indicator.ts";
import { InvalidMessage, messageOf, TransientError } from "../errors.ts";
import type { Log, OutgoingRecord, Producer } from "../transport/log.ts";
import { feedShape } from "./feed-shape.ts";
import { type FeedText, feedText } from "./feed-text.ts";
import { FollowTable } from "./follow-table.ts";

export interface SyncOptions {
  readonly log: Pick<Log, "bounds" | "read" | "producer">;
  readonly topic: string;
  readonly codec: Codec<Indicator>;
  readonly clock: Clock;
  readonly feeds: readonly FeedSettings[];
}

export interface FeedReport {
  readonly feed: string;
  /** `gone`: no longer in the settings, its entries were taken back. */
  readonly state: "unchanged" | "read" | "failed" | "gone";
  readonly indicators: number;
  readonly written: number;
  readonly removed: number;
  readonly refused: FeedReading["refused"];
  readonly examples: FeedReading["examples"];
  /** Why it failed. */
  readonly reason: string | null;
}

interface Feed {
  readonly settings: FeedSettings;
  readonly shape: FeedShape;
  readonly text: FeedText;
}

/** What the topic holds of a feed: a digest by key. */
type Held = Map<string, string>;
const sentTogether = 1_000;
const nothing: Omit<FeedReport, "feed" | "state"> = {
  indicators: 0,
  written: 0,
  removed: 0,
  refused: new Map(),
  examples: new Map(),
  reason: null,
};

export class IndicatorSync {
  readonly #options: SyncOptions;
  readonly #feeds: readonly Feed[];
  readonly #held = new Map<string, Held>();
  #producer: Producer | null = null;

  /** Throws ConfigError for a feed whose `exclude` is no regular expression. */
  constructor(options: SyncOptions) {
    this.#options = options;
    this.#feeds = options.feeds.map((settings) => ({
      settings,
      shape: feedShape(settings),
      text: feedText(settings),
    }));
  }

  /** Reads what the topic holds. Throws TransientError when the log is away. */
  async load(): Promise<void> {
    const { log, topic, clock, codec } = this.#options;
    const table = new FollowTable({
      log,
      topic,
      clock,
      everyMs: 0,
      take: async (key, value) => this.#hold(key, value === null ? null : await digestIn(codec, value)),
      observe: { progress: () => {}, refused: () => {}, away: () => {} },
    });
    await table.load();
  }

  /** Takes back the entries of feeds that are not in the settings. */
  async forgetOthers(): Promise<readonly FeedReport[]> {
    const known = new Set(this.#feeds.map(({ settings }) => settings.name));
    const reports: FeedReport[] = [];
    for (const [name, held] of this.#held) {
      if (known.has(name) || held.size === 0) continue;
      const removed = await this.#write(
        held,
        [...held.keys()].map((key) => [key, null]),
      );
      reports.push({ ...nothing, feed: name, state: "gone", removed });
    }
    return reports;
  }

  /** Reads a feed and writes what has changed. Throws TransientError when the log is away. */
  async sync(name: string): Promise<FeedReport> {
    const feed = this.#feeds.find(({ settings }) => settings.name === name)!;
    const held = this.#heldOf(name);
    let reading: FeedReading | null;
    try {
      const texts = await feed.text.read();
      reading = texts === null ? null : readAll(texts, feed.shape);
    } catch (error) {
      if (!(error instanceof TransientError || error instanceof InvalidMessage)) throw error;
      return { ...nothing, feed: name, state: "failed", indicators: held.size, reason: messageOf(error) };
    }
    if (reading === null) return { ...nothing, feed: name, state: "unchanged", indicators: held.size };
    const changes = this.#changes(held, reading);
    const removals = [...held.keys()].filter((key) => !reading.indicators.has(key));
    const written = await this.#write(held, changes);
    const removed = await this.#write(
      held,
      removals.map((key) => [key, null]),
    );
    feed.text.confirm();
    const { indicators, refused, examples } = reading;
    return {
      ...nothing,
      feed: name,
      state: "read",
      indicators: indicators.size,
      written,
      removed,
      refused,
      examples,
    };
  }

  async close(): Promise<void> {
    await this.#producer?.close();
  }

  *#changes(held: Held, { indicators }: FeedReading): Iterable<Change> {
    for (const [key, indicator] of indicators) {
      if (held.get(key) !== digest(indicator)) yield [key, indicator];
    }
  }

  /** Number of records sent, all acknowledged. */
  async #write(held: Held, changes: Iterable<Change>): Promise<number> {
    let count = 0;
    for (const some of batches(changes)) {
      this.#producer ??= this.#options.log.producer();
      await this.#producer.send(some.map((change) => this.#record(change)));
      for (const [key, indicator] of some) {
        if (indicator === null) held.delete(key);
        else held.set(key, digest(indicator));
      }
      count += some.length;
    }
    return count;
  }

  #record([key, indicator]: Change): OutgoingRecord {
    const { topic, codec } = this.#options;
    return { topic, key, value: indicator === null ? null : codec.encode(indicator) };
  }

  #hold(key: string, digest: string | null): void {
    const feed = indicatorPlace(key)?.feed;
    if (feed === undefined) return;
    const held = this.#heldOf(feed);
    if (digest === null) held.delete(key);
    else held.set(key, digest);
  }

  #heldOf(feed: string): Held {
    let held = this.#held.get(feed);
    if (held === undefined) {
      held = new Map();
      this.#held.set(feed, held);
    }
    return held;
  }
}

type Change = readonly [key: string, indicator: Indicator | null];

/** Several files are one feed; of two entries for one value the later file's counts. */
function readAll(texts: readonly string[], shape: FeedShape): FeedReading {
  const readings = texts.map((text) => readFeed(text, shape));
  if (readings.length === 1) return readings[0]!;
  const refused = new Map<string, number>();
  for (const reading of readings) {
    for (const [reason, count] of reading.refused) refused.set(reason, (refused.get(reason) ?? 0) + count);
  }
  return {
    indicators: new Map(readings.flatMap(({ indicators }) => [...indicators])),
    refused,
    examples: new Map(readings.flatMap(({ examples }) => [...examples])),
  };
}

/** Fields stand in the order in which formats and codec build them; of what cannot be read nothing is known. */
async function digestIn(codec: Codec<Indicator>, value: Buffer): Promise<string> {
  try {
    return digest(await codec.decode(value));
  } catch (error) {
    if (error instanceof InvalidMessage) return "";
    throw error;
  }
}

function digest(indicator: Indicator): string {
  return hash("sha1", JSON.stringify(indicator), "base64");
}

function* batches(changes: Iterable<Change>): Iterable<readonly Change[]> {
  let some: Change[] = [];
  for (const change of changes) {
    some.push(change);
    if (some.length < sentTogether) continue;
    yield some;
    some = [];
  }
  if (some.length > 0) yield some;
}
