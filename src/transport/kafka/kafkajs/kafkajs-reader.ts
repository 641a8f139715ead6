import type { Kafka, KafkaMessage } from "kafkajs";
import type { LogRecord } from "../../log.ts";
import { kafkaError } from "../kafka-error.ts";
import { DirectCluster } from "./direct-cluster.ts";
import { recordsOf, standingRecord } from "./kafkajs-record.ts";
import { type StandingBatch, tellingOfStandingBatches } from "./standing-batch.ts";

/** What the client's brokers can do and its types leave out. */
interface FetchingBroker {
  fetch(request: {
    readonly maxWaitTime: number;
    readonly minBytes: number;
    readonly maxBytes: number;
    readonly isolationLevel: number;
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly {
        readonly partition: number;
        readonly fetchOffset: string;
        readonly maxBytes: number;
      }[];
    }[];
  }): Promise<{ readonly responses: readonly { readonly partitions: readonly Fetched[] }[] }>;
}

type FetchedMessage = KafkaMessage & {
  readonly isControlRecord: boolean;
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
};

interface Fetched {
  readonly lastStableOffset: string;
  readonly abortedTransactions:
    | readonly { readonly producerId: string; readonly firstOffset: string }[]
    | null;
  readonly messages: readonly FetchedMessage[];
}

const readCommitted = 1;
const fetchBytes = 1_048_576;

/** Reads a partition outside of any group: a throw-away group costs seconds and leaves traces in the broker. */
export class KafkajsReader {
  readonly #cluster: DirectCluster;

  constructor(client: Kafka) {
    this.#cluster = new DirectCluster(client);
  }

  /**
   * Batches of [from, to), up to what is there and stable when it is reached; a batch that the client cannot take is one
   * unreadable record. Throws TransientError.
   */
  async *read(
    topic: string,
    partition: number,
    from: number,
    to: number,
    low: () => Promise<number>,
  ): AsyncGenerator<readonly LogRecord[]> {
    let position = from;
    while (position < to) {
      const standing: StandingBatch[] = [];
      const fetched = await tellingOfStandingBatches(
        (batch) => standing.push(batch),
        () => this.#fetch(topic, partition, position),
      );
      if (fetched === "out-of-range") {
        const first = await low();
        if (first <= position) return;
        position = first;
        continue;
      }
      const end = Math.min(to, Number(fetched.lastStableOffset));
      const ahead = fetched.messages.filter(({ offset }) => Number(offset) >= position);
      const visible = withoutAborted(ahead, fetched).filter(({ offset }) => Number(offset) < end);
      const last = ahead.at(-1);
      if (visible.length > 0) yield recordsOf(topic, partition, visible);
      if (position >= end) return;
      if (last) position = Number(last.offset) + 1;
      else if (standing[0]) {
        position = standing[0].lastOffset + 1;
        if (position <= end) yield [standingRecord(topic, partition, standing[0])];
      } else position += 1; // a batch that compaction has emptied
    }
  }

  async close(): Promise<void> {
    await this.#cluster.close();
  }

  async #fetch(topic: string, partition: number, offset: number): Promise<Fetched | "out-of-range"> {
    try {
      const broker = await this.#leader(topic, partition);
      const partitions = [{ partition, fetchOffset: String(offset), maxBytes: fetchBytes }];
      const { responses } = await broker.fetch({
        maxWaitTime: 100,
        minBytes: 1,
        maxBytes: fetchBytes,
        isolationLevel: readCommitted,
        topics: [{ topic, partitions }],
      });
      return responses[0]!.partitions[0]!;
    } catch (error) {
      if (error instanceof Error && "type" in error && error.type === "OFFSET_OUT_OF_RANGE")
        return "out-of-range";
      throw kafkaError(`read partition ${partition} of "${topic}"`, error);
    }
  }

  async #leader(topic: string, partition: number): Promise<FetchingBroker> {
    const cluster = await this.#cluster.connected();
    await cluster.addTargetTopic(topic);
    await cluster.refreshMetadataIfNecessary();
    const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
    if (nodeId === undefined) throw new Error("the partition must exist");
    const broker: unknown = await cluster.findBroker({ nodeId });
    return broker as FetchingBroker;
  }
}

/** Without what belongs to aborted transactions, and without the markers of transactions. */
function withoutAborted(messages: readonly FetchedMessage[], fetched: Fetched): readonly FetchedMessage[] {
  const aborted = [...(fetched.abortedTransactions ?? [])];
  const open = new Set<string>();
  return messages.filter(({ offset, isControlRecord, batchContext: { producerId, inTransaction } }) => {
    while (aborted[0] && Number(aborted[0].firstOffset) <= Number(offset))
      open.add(aborted.shift()!.producerId);
    if (!isControlRecord) return !(inTransaction && open.has(producerId));
    open.delete(producerId);
    return false;
  });
}
