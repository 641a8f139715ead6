/** How far event time had come where a partition's log ends, as its own control records tell it. */
import { LevelProgress } from "../correlation/level-progress.ts";
import { RawProgress } from "../correlation/raw-progress.ts";
import { InvalidMessage } from "../errors.ts";
import type { Chains } from "../rules/chains.ts";
import type { Log, LogRecord } from "../transport/log.ts";
import { controlHeader, readLevels, readWatermark } from "./control-records.ts";

export interface EventTimeOptions {
  readonly log: Pick<Log, "read">;
  readonly topic: string;
  readonly partition: number;
  /** First offset of the log. */
  readonly low: number;
  /** Offset that is asked about. */
  readonly until: number;
  /** Where to begin to look; further back only when it must be. */
  readonly from: number;
  /** Partitions of the topic. */
  readonly partitions: number;
  readonly chains: Pick<Chains, "acrossGroups" | "levels">;
}

const further = 4;

/**
 * Epoch milliseconds that every raw partition, and every level of every partition, had reached; -Infinity: the log does
 * not say, or some of them had not begun. Throws TransientError.
 */
export async function eventTimeBefore(options: EventTimeOptions): Promise<number> {
  const { log, topic, partition, low, until, partitions, chains } = options;
  for (let from = options.from; ; from = Math.max(low, until - further * Math.max(1, until - from))) {
    const raw = new RawProgress(null, []);
    const levels = new LevelProgress(partitions);
    for await (const records of log.read(topic, partition, from, until)) {
      for (const record of records) take(record, raw, levels);
    }
    const producing = chains.acrossGroups ? chains.levels - 1 : 0;
    const reached = Array.from({ length: producing }, (_, level) => levels.reached(level));
    const time = Math.min(raw.time, ...reached);
    if (Number.isFinite(time) || from <= low) return time;
  }
}

function take({ headers }: LogRecord, raw: RawProgress, levels: LevelProgress): void {
  try {
    if (headers[controlHeader] === "watermark") raw.watermark(readWatermark(headers));
    else if (headers[controlHeader] === "levels") levels.take(readLevels(headers));
  } catch (error) {
    // What nobody can read tells nothing; whoever judges it says so.
    if (!(error instanceof InvalidMessage)) throw error;
  }
}
