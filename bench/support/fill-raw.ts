/** Writes a load to the raw topic in one go, without keys and in turn over its partitions. */

import type { KafkaLog } from "../../src/transport/kafka/kafka-log.ts";
import type { OutgoingRecord } from "../../src/transport/log.ts";
import type { Installation } from "../../test/integration/support/installation.ts";
import { nativeJson } from "../../test/integration/support/load.ts";
import type { BenchLoad } from "./bench-load.ts";

const chunk = 5_000;

export interface Filled {
  readonly events: number;
  /** Highest event time, epoch milliseconds. */
  readonly last: number;
}

export async function fillRaw(
  log: KafkaLog,
  corral: Installation,
  load: BenchLoad,
  partitions: number,
): Promise<Filled> {
  const producer = log.producer();
  const topic = corral.topic("events.raw");
  let waiting: OutgoingRecord[] = [];
  let events = 0;
  let last = 0;
  for (const event of load.arrivals()) {
    waiting.push({ topic, partition: events % partitions, key: null, value: Buffer.from(nativeJson(event)) });
    events += 1;
    last = Math.max(last, event.timestamp);
    if (waiting.length < chunk) continue;
    await producer.send(waiting);
    waiting = [];
  }
  if (waiting.length > 0) await producer.send(waiting);
  await producer.close();
  return { events, last };
}

/** One event in every partition of the raw topic, at an event time behind all windows: all of them close. */
export async function closeWindows(
  log: KafkaLog,
  corral: Installation,
  partitions: number,
  at: number,
): Promise<void> {
  const value = Buffer.from(JSON.stringify({ id: "bench-end", type: "tick", timestamp: at }));
  const topic = corral.topic("events.raw");
  const producer = log.producer();
  const each = Array.from({ length: partitions }, (_, partition) => ({ topic, partition, key: null, value }));
  await producer.send(each);
  await producer.close();
}
