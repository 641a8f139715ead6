/**
 * What a topic holds, as events: each once, all partitions merged by event time, outside of any group. Within a
 * partition the order of arrival stays; one batch a partition is held.
 *
 * Nothing here remembers ids: an event that a producer or a crash has doubled comes twice, as to every consumer, and
 * the judge knows it by its id.
 */
import { ConfigError, InvalidMessage } from "../errors.ts";
import type { SecurityEvent } from "../events/security-event.ts";
import type { ReadAvro, ReadRecord } from "../sources/read-record.ts";
import type { Log, LogRecord } from "../transport/log.ts";
import { firstOffsetSince } from "./broker-time.ts";
import { copyHeader } from "./control-records.ts";
import { refuseUnreadable } from "./dead-letter.ts";
import { mergeByTime } from "./merge-by-time.ts";
import { type DecodeEnriched, readEnriched } from "./read-enriched.ts";

/** The events of one record; none for records that carry none. Throws or rejects with InvalidMessage. */
export type EventsOfRecord = (
  record: LogRecord,
) => readonly SecurityEvent[] | Promise<readonly SecurityEvent[]>;

export interface TopicHistoryOptions {
  readonly log: Pick<Log, "bounds" | "read">;
  readonly topic: string;
  /** Broker times, epoch milliseconds: not before `since`, before `until`; null: all there is. */
  readonly since: number | null;
  readonly until: number | null;
  readonly eventsOf: EventsOfRecord;
  /** Hears of each record that could not be read. */
  readonly refused: (place: string, reason: string) => void;
}

/** Ends where the topic ended when it was called. Throws ConfigError without such a topic, TransientError. */
export async function* readTopicHistory(options: TopicHistoryOptions): AsyncGenerator<SecurityEvent> {
  const { log, topic } = options;
  const bounds = await log.bounds(topic);
  if (bounds.size === 0)
    throw new ConfigError(`Cannot replay: the topic must exist: current value is ${topic}`);
  yield* mergeByTime(
    [...bounds].map(([partition, { low, high }]) => eventsIn(partition, low, high, options)),
  );
}

async function* eventsIn(
  partition: number,
  low: number,
  high: number,
  { log, topic, since, until, eventsOf, refused }: TopicHistoryOptions,
): AsyncGenerator<SecurityEvent> {
  const from = since === null ? low : await firstOffsetSince(log, topic, partition, since, { low, high });
  const to =
    until === null ? high : await firstOffsetSince(log, topic, partition, until, { low: from, high });
  for await (const records of log.read(topic, partition, from, to)) {
    for (const record of records) {
      try {
        yield* await eventsOf(record);
      } catch (error) {
        if (!(error instanceof InvalidMessage)) throw error;
        refused(`${topic}/${partition}/${record.offset}`, error.message);
      }
    }
  }
}

/** Records of the raw topic: read as the enrich role reads them. */
export function eventsOfRaw(topic: string, readRecord: ReadRecord, readAvro: ReadAvro): EventsOfRecord {
  return (record) => {
    refuseUnreadable(record);
    const { partition, offset, timestamp, headers, value } = record;
    const origin = { topic, partition, offset, broker_time: timestamp };
    return readRecord({ value, headers, origin }, readAvro);
  };
}

/** Records of the enriched topic: no copies, control records or events of rules, so that each event is told once. */
export function eventsOfEnriched(decode: DecodeEnriched): EventsOfRecord {
  return async (record) => {
    refuseUnreadable(record);
    if (record.headers[copyHeader] !== undefined) return [];
    const item = await readEnriched(record, decode);
    return item.kind === "event" ? [item.event] : [];
  };
}
