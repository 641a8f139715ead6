/** The same log for another installation: every record into the same partition, in the same order. */
import type { KafkaLog } from "../../src/transport/kafka/kafka-log.ts";
import type { OutgoingRecord } from "../../src/transport/log.ts";
import { readTopic } from "../support/read-topic.ts";

const chunk = 5_000;

/** Resolves to the number of records. */
export async function copyTopic(log: KafkaLog, from: string, to: string): Promise<number> {
  const producer = log.producer();
  let waiting: OutgoingRecord[] = [];
  let records = 0;
  for await (const { partition, key, value, headers } of readTopic(log, from)) {
    waiting.push({ topic: to, partition, key, value, headers });
    records += 1;
    if (waiting.length < chunk) continue;
    await producer.send(waiting);
    waiting = [];
  }
  if (waiting.length > 0) await producer.send(waiting);
  await producer.close();
  return records;
}
