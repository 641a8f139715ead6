import type { IHeaders, KafkaMessage } from "kafkajs";
import type { LogRecord } from "../../log.ts";
import { unreadableRecord } from "../unreadable-record.ts";
import { markOf } from "./marked-batch.ts";
import type { StandingBatch } from "./standing-batch.ts";

/** The records of a fetch; what stands for a batch that could not be opened becomes one record at its last offset. */
export function recordsOf(topic: string, partition: number, messages: readonly KafkaMessage[]): LogRecord[] {
  const records: LogRecord[] = [];
  for (let index = 0; index < messages.length; index++) {
    const message = messages[index]!;
    const mark = markOf(message.value);
    if (mark === undefined) {
      records.push(recordOf(topic, partition, message));
      continue;
    }
    const end = endOfMark(messages, index);
    records.push(unreadableRecord(recordOf(topic, partition, messages[end]!), mark, message.offset));
    index = end;
  }
  return records;
}

function recordOf(topic: string, partition: number, message: KafkaMessage): LogRecord {
  return {
    topic,
    partition,
    offset: Number(message.offset),
    timestamp: Number(message.timestamp),
    key: message.key,
    value: message.value,
    headers: message.headers ? textHeaders(message.headers) : {},
  };
}

/** What stands for a batch that the client cannot take. */
export function standingRecord(topic: string, partition: number, batch: StandingBatch): LogRecord {
  const { firstOffset, lastOffset: offset, timestamp } = batch;
  return unreadableRecord({ topic, partition, offset, timestamp }, "too-many-records", firstOffset);
}

/** Marks of one batch share their memory. */
function endOfMark(messages: readonly KafkaMessage[], start: number): number {
  const memory = messages[start]!.value!.buffer;
  let end = start;
  while (messages[end + 1]?.value?.buffer === memory) end++;
  return end;
}

function textHeaders(headers: IHeaders): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined && last !== null) texts[name] = last.toString();
  }
  return texts;
}
