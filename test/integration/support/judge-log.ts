import { CorrelateWorker } from "../../../src/app/correlate-worker.ts";
import { DeadLetterGate } from "../../../src/app/dead-letter-gate.ts";
import { loadRuleSet } from "../../../src/app/load-rule-set.ts";
import type { Emission } from "../../../src/app/outbox.ts";
import { systemClock } from "../../../src/clock.ts";
import { openCodecs } from "../../../src/codec/open-codecs.ts";
import { MemoryStore } from "../../../src/state/memory/memory-store.ts";
import { partitionFor } from "../../../src/transport/kafka/partition-for.ts";
import { MemoryLog } from "../../../src/transport/memory/memory-log.ts";
import { subjects } from "../../codec/subjects.ts";
import type { ReadRecord } from "./installation.ts";

/**
 * The embedded engine over an enriched log that another installation wrote: each partition in order, through the worker
 * over memory. What a correlator must come to, however often it is killed.
 */
export async function judgeLog(
  records: readonly ReadRecord[],
  prefix: string,
  paths: readonly string[] = ["rules"],
): Promise<readonly Emission[]> {
  const rules = loadRuleSet({ rules: paths, calendar: {}, lists: {} });
  const codecs = await openCodecs({
    registryUrl: null,
    subjects,
  });
  const store = new MemoryStore();
  const log = new MemoryLog({ clock: systemClock });
  const enriched = `${prefix}events.enriched`;
  await log.createTopics(
    ["alerts", "actions", "dead", enriched].map((topic) => ({
      topic,
      partitions: topic === enriched ? 6 : 1,
      replicationFactor: 1,
      config: {},
    })),
  );
  const producer = log.producer();
  const emissions: Emission[] = [];
  for (const [partition, own] of Map.groupBy(records, (record) => record.partition)) {
    const worker = new CorrelateWorker(partition, {
      state: store.partition(partition),
      topics: { raw: `${prefix}events.raw`, enriched, deadLetter: "dead" },
      rules: () => rules,
      judge: { allowedLateness: 60_000, updateInterval: 60_000, maxEvidence: 50, maxEvents: 1_000 },
      actions: { mode: "dry_run", ttl: 900_000 },
      decode: codecs.enriched.decode,
      partitionOf: (key) => partitionFor(key, 6),
      partitions: 6,
      targets: {
        alerts: "alerts",
        actions: "actions",
        encodeAlert: codecs.alert.encode,
        encodeAction: codecs.action.encode,
        enriched,
        encodeEvent: codecs.enriched.encode,
        partitionOf: (key) => partitionFor(key, 6),
      },
      producer,
      clock: systemClock,
      maxRecords: 500,
      applyWithinMs: 0,
      cacheEntries: 1_000_000,
      maxGroups: 1_000_000,
      processId: "oracle",
      beginning: async () => 0,
      gate: new DeadLetterGate({
        perMinute: 1_000,
        stage: "correlate",
        topic: "",
        clock: systemClock,
        suppressed: () => {},
      }),
      observe: { ...silent, emitted: (emission) => emissions.push(emission) },
    });
    await worker.claim();
    await worker.process(
      own.map(({ offset, key, value, headers }) => ({
        topic: "e",
        partition,
        offset,
        timestamp: 0,
        key: key === null ? null : Buffer.from(key),
        value,
        headers,
      })),
    );
  }
  return emissions;
}

const silent = {
  claimed: () => {},
  applied: () => {},
  dead: () => {},
  duplicate: () => {},
  shed: () => {},
  muted: () => {},
  recreated: () => {},
  gap: () => {},
  rebuilding: () => {},
};
