import { expect, test } from "vitest";
import { DeadLetterGate } from "../../src/app/dead-letter-gate.ts";
import { EnrichWorker } from "../../src/app/enrich-worker.ts";
import { openCodecs } from "../../src/codec/open-codecs.ts";
import { enrichmentChain } from "../../src/enrichment/chain.ts";
import { recordReader } from "../../src/sources/read-record.ts";
import type { LogRecord, OutgoingRecord } from "../../src/transport/log.ts";
import { MemoryLog } from "../../src/transport/memory/memory-log.ts";
import { subjects } from "../codec/subjects.ts";
import { atLeast, rulesOf } from "../correlation/support.ts";
import { ManualClock } from "../transport/manual-clock.ts";

const start = Date.parse("2026-01-05T10:00:00Z");
const topics = { raw: "raw", enriched: "enriched", deadLetter: "dead" };
const codecs = await openCodecs({ registryUrl: null, subjects });

/** A worker over a log in memory, and where it stood when it sent something. */
async function openWorker(maxRecords: number, onSend: (worker: EnrichWorker) => void = () => {}) {
  const clock = new ManualClock();
  const log = new MemoryLog({ clock });
  await log.createTopics(
    Object.values(topics).map((topic) => ({ topic, partitions: 1, replicationFactor: 1, config: {} })),
  );
  const rules = rulesOf(atLeast(1, "1m"));
  const producer = log.producer();
  const positions: number[] = [];
  const worker: EnrichWorker = new EnrichWorker(0, {
    topics,
    rules: () => rules,
    chain: enrichmentChain([]),
    changeRecord: ({ key }) => ({ topic: topics.enriched, key, value: null }),
    readRecord: recordReader([]),
    readAvro: (value) => codecs.event.decode(value) as never,
    encode: codecs.enriched.encode,
    partitionOf: () => 0,
    partitions: 1,
    producer: {
      send: (records: readonly OutgoingRecord[]) => {
        positions.push(worker.position());
        onSend(worker);
        return producer.send(records);
      },
      pending: () => producer.pending(),
      close: () => producer.close(),
    },
    maxRecords,
    forward: "all",
    clock,
    report: () => ({ topic: topics.enriched, key: null, value: null }),
    gate: new DeadLetterGate({ perMinute: 10, stage: "enrich", topic: "raw", clock, suppressed: () => {} }),
    startOffset: async () => 0,
    observe: {
      events: () => {},
      forwarded: () => {},
      withheld: () => {},
      dead: () => {},
      refusedChange: () => {},
    },
  });
  await worker.claim();
  return { worker, positions };
}

const records = Array.from({ length: 5 }, (_, offset): LogRecord => {
  const event = { id: `e${offset}`, type: "a", container_id: "c1", timestamp: start + offset * 1_000 };
  const value = Buffer.from(JSON.stringify(event));
  return { topic: "raw", partition: 0, offset, timestamp: start, key: null, value, headers: {} };
});

test("a large batch is done step by step, so that what is acknowledged can be committed in between", async () => {
  const { worker, positions } = await openWorker(2);
  await worker.process(records, 5);
  expect(positions).toEqual([0, 2, 4]);
  expect(worker.checkpoint()).toMatchObject({ offset: 5, time: start + 4_000 });
});

test("a worker that lost its partition leaves the rest of the batch to the next owner", async () => {
  const { worker, positions } = await openWorker(2, (each) => each.release());
  await worker.process(records, 5);
  expect(positions).toEqual([0]);
  expect(worker.position()).toBe(2);
});
