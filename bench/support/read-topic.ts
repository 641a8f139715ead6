/** Every record that is in a topic now, partition after partition. */
import type { KafkaLog } from "../../src/transport/kafka/kafka-log.ts";
import type { LogRecord } from "../../src/transport/log.ts";

export async function* readTopic(log: KafkaLog, topic: string): AsyncGenerator<LogRecord> {
  for (const [partition, { low, high }] of await log.bounds(topic)) {
    for await (const records of log.read(topic, partition, low, high)) yield* records;
  }
}
