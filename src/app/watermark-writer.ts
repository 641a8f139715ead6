/**
 * Tells every enriched partition how far the raw partitions of this process have been read (design: time across
 * partitions). It is called with checkpoints that the group has accepted: everything before them is acknowledged and
 * committed, so a correlator may take the offset as a floor and the time as reached.
 */
import type { Clock } from "../clock.ts";
import type { RawPartitionProgress } from "../correlation/raw-progress.ts";
import type { Log, Producer } from "../transport/log.ts";
import { watermarkRecord } from "./control-records.ts";
import type { EnrichCheckpoint } from "./enrich-worker.ts";

export interface WatermarkWriterOptions {
  readonly log: Pick<Log, "bounds" | "partitions">;
  readonly producer: Producer;
  readonly topics: { readonly raw: string; readonly enriched: string };
  readonly enrichedPartitions: number;
  readonly clock: Clock;
  /** Milliseconds; null, for historic data: only events move time, and nothing bounds how far one holds it back. */
  readonly idleTimeoutMs: number | null;
  readonly maxHoldbackMs: number;
}

/** The number of raw partitions is looked up this often. */
const recountMs = 10_000;

export class WatermarkWriter {
  readonly #options: WatermarkWriterOptions;
  #rawPartitions = 0;
  #countedAt = Number.NEGATIVE_INFINITY;

  constructor(options: WatermarkWriterOptions) {
    this.#options = options;
  }

  /** Writes the watermark records for accepted checkpoints, by raw partition. Throws TransientError. */
  async write(checkpoints: ReadonlyMap<number, EnrichCheckpoint>): Promise<void> {
    if (checkpoints.size === 0) return;
    const { log, producer, topics, enrichedPartitions, clock } = this.#options;
    if (clock.monotonic() - this.#countedAt > recountMs) {
      this.#rawPartitions = await log.partitions(topics.raw);
      this.#countedAt = clock.monotonic();
    }
    // Before the end is asked for: whoever stands still over the answer must not take the end of then for that of now.
    const now = clock.now();
    const bounds = await log.bounds(topics.raw);
    const progress = [...checkpoints].map(([partition, checkpoint]) =>
      progressOf(
        partition,
        checkpoint,
        bounds.get(partition)?.high ?? Number.POSITIVE_INFINITY,
        now,
        this.#options,
      ),
    );
    const body = { raw_partitions: this.#rawPartitions, progress };
    const partitions = Array.from({ length: enrichedPartitions }, (_, partition) => partition);
    await producer.send(partitions.map((partition) => watermarkRecord(topics.enriched, partition, body)));
  }
}

/**
 * The time a raw partition has reached: the highest event time read. At its end, with nothing come for the idle timeout,
 * it follows the clock; at its end it never stays further than `maxHoldbackMs` behind its newest record's broker time,
 * so that one slow clock does not stop detection.
 */
export function progressOf(
  partition: number,
  { offset, time: read, newest, lastArrival }: EnrichCheckpoint,
  end: number,
  now: number,
  { idleTimeoutMs, maxHoldbackMs }: Pick<WatermarkWriterOptions, "idleTimeoutMs" | "maxHoldbackMs">,
): RawPartitionProgress {
  const atEnd = offset >= end;
  let time = read ?? Number.NEGATIVE_INFINITY;
  if (atEnd && idleTimeoutMs !== null) {
    if (now - lastArrival >= idleTimeoutMs) time = Math.max(time, now - idleTimeoutMs);
    if (newest !== null) time = Math.max(time, newest - maxHoldbackMs);
  }
  return { partition, time: time === Number.NEGATIVE_INFINITY ? null : time, offset, at_end: atEnd };
}
