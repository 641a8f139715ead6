/** The topic `indicators`, once and whole. */
import type { Clock } from "../clock.ts";
import type { Codec } from "../codec/codec.ts";
import type { Indicator } from "../enrichment/indicator.ts";
import type { Log } from "../transport/log.ts";
import { FollowTable, type FollowTableObserver } from "./follow-table.ts";

export interface ReadIndicatorsOptions {
  readonly log: Pick<Log, "bounds" | "read">;
  readonly topic: string;
  readonly codec: Pick<Codec<Indicator>, "decode">;
  readonly clock: Clock;
  readonly take: (key: string, indicator: Indicator | null) => void;
  readonly observe: FollowTableObserver;
}

/** A table that is not loaded yet: `load` reads it, `follow` goes on. */
export function indicatorsTopic(options: ReadIndicatorsOptions, everyMs: number): FollowTable {
  const { log, topic, codec, clock, take, observe } = options;
  return new FollowTable({
    log,
    topic,
    clock,
    everyMs,
    observe,
    // Mostly at once: waiting for each of a million would cost more than reading it.
    take: (key, value) => {
      const decoded = value === null ? null : codec.decode(value);
      return decoded instanceof Promise
        ? decoded.then((indicator) => take(key, indicator))
        : take(key, decoded);
    },
  });
}
