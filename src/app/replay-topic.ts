/** `corral replay --topic`: the history that is in Kafka, judged with the rules of today; nothing is written there. */

import type { Codecs } from "../codec/open-codecs.ts";
import { enrichmentChain } from "../enrichment/chain.ts";
import type { JsonValue } from "../events/security-event.ts";
import type { ReadRecord } from "../sources/read-record.ts";
import type { Log } from "../transport/log.ts";
import type { TopicNames } from "./ports.ts";
import {
  eventsOfEnriched,
  eventsOfRaw,
  readTopicHistory,
  type TopicHistoryOptions,
} from "./read-topic-history.ts";
import { type ReplayOptions, type ReplayResult, replay } from "./replay.ts";

export interface ReplayTopicOptions
  extends ReplayOptions,
    Pick<TopicHistoryOptions, "since" | "until" | "refused"> {
  readonly readRecord: ReadRecord;
  readonly log: Pick<Log, "bounds" | "read">;
  readonly codecs: Pick<Codecs, "event" | "enriched">;
  readonly topics: Pick<TopicNames, "raw" | "enriched">;
  readonly topic: "raw" | "enriched";
}

/** Throws ConfigError without such a topic, TransientError. */
export function replayTopic({
  log,
  codecs,
  topics,
  topic,
  chain,
  readRecord,
  ...options
}: ReplayTopicOptions): Promise<ReplayResult> {
  const name = topics[topic];
  if (topic === "raw") {
    const readAvro = (value: Buffer) => codecs.event.decode(value) as JsonValue | Promise<JsonValue>;
    const history = readTopicHistory({
      log,
      topic: name,
      eventsOf: eventsOfRaw(name, readRecord, readAvro),
      ...options,
    });
    return replay(history, { ...options, chain });
  }
  const eventsOf = eventsOfEnriched(codecs.enriched.decode);
  // These have their context already: what was known at their time.
  return replay(readTopicHistory({ log, topic: name, eventsOf, ...options }), {
    ...options,
    chain: enrichmentChain([]),
  });
}
