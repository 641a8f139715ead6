/** Each feed again and again, each in its own time; one that fails is asked again sooner, ever more seldom. */
import type { Clock } from "../clock.ts";
import type { FeedSettings } from "../config/feed-settings.ts";
import { backoffDelay } from "../transport/backoff.ts";
import type { FeedReport, IndicatorSync } from "./sync-indicators.ts";

const firstRetryMs = 10_000;

export interface KeepOptions {
  readonly sync: Pick<IndicatorSync, "sync">;
  readonly feeds: readonly FeedSettings[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly report: (report: FeedReport) => void;
  readonly random?: () => number;
}

/** Ends when the signal aborts. Throws TransientError when the log is away for good. */
export async function keepIndicators(options: KeepOptions): Promise<void> {
  await Promise.all(options.feeds.map((feed) => keep(feed, options)));
}

async function keep(feed: FeedSettings, options: KeepOptions): Promise<void> {
  const { sync, clock, signal, report, random = Math.random } = options;
  let failures = 0;
  while (!signal.aborted) {
    const result = await sync.sync(feed.name);
    report(result);
    failures = result.state === "failed" ? failures + 1 : 0;
    const { everyMs } = feed;
    const retry = { minMs: Math.min(firstRetryMs, everyMs), maxMs: everyMs, random };
    await clock.sleep(failures === 0 ? everyMs : backoffDelay(failures - 1, retry), signal);
  }
}
