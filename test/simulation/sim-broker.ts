/**
 * The log's servers: topics, groups, and what can go wrong there. Records are stored in the partitions of the memory log;
 * a request of several partitions is not one step, as with real brokers.
 */
import { partitionFor } from "../../src/transport/kafka/partition-for.ts";
import type { LogRecord, OutgoingRecord, TopicSpec } from "../../src/transport/log.ts";
import { MemoryPartition } from "../../src/transport/memory/memory-partition.ts";
import type { Fate } from "./requests.ts";
import { SimGroup } from "./sim-group.ts";
import type { World } from "./world.ts";

interface Topic {
  readonly partitions: readonly MemoryPartition[];
  readonly config: Readonly<Record<string, string>>;
}

export class SimBroker {
  readonly #world: World;
  readonly #topics = new Map<string, Topic>();
  readonly #groups = new Map<string, SimGroup>();
  readonly #readers = new Map<string, Set<() => void>>();
  /** Looks at every record before it is stored; false: it is lost, though acknowledged. */
  filter: (record: OutgoingRecord, partition: number) => boolean = () => true;
  /** Told of every record that was stored. */
  onStored: (record: OutgoingRecord) => void = () => {};
  #turn = 0;

  constructor(world: World) {
    this.#world = world;
  }

  create({ topic, partitions, config }: TopicSpec): boolean {
    if (this.#topics.has(topic)) return false;
    this.#topics.set(topic, {
      partitions: Array.from({ length: partitions }, () => new MemoryPartition()),
      config,
    });
    return true;
  }

  topic(name: string): Topic {
    return this.#topics.get(name) ?? { partitions: [], config: {} };
  }

  partition(topic: string, partition: number): MemoryPartition {
    return this.topic(topic).partitions[partition]!;
  }

  group(name: string, topic: string): SimGroup {
    const key = `${name} ${topic}`;
    const known =
      this.#groups.get(key) ?? new SimGroup(this.#world, () => this.topic(topic).partitions.length);
    this.#groups.set(key, known);
    return known;
  }

  /** Stores in order, partition by partition. Under the fate `partial` some partitions get nothing. */
  append(records: readonly OutgoingRecord[], fate: Fate = "normal"): void {
    const left = new Set<string>();
    for (const record of records) {
      const partition = this.#partitionOf(record);
      const place = `${record.topic}/${partition}`;
      if (fate === "partial" && !left.has(place) && this.#world.random() < 0.5) left.add(place);
      if (left.has(place) || !this.filter(record, partition)) continue;
      this.store(record, partition);
    }
    for (const topic of new Set(records.map((record) => record.topic)))
      for (const reader of [...(this.#readers.get(topic) ?? [])]) reader();
  }

  store(record: OutgoingRecord, partition: number): void {
    const { topic, key, value, headers = {} } = record;
    this.partition(topic, partition).append({
      topic,
      partition,
      timestamp: Math.round(this.#world.now),
      key: typeof key === "string" ? Buffer.from(key) : key,
      value,
      headers,
    });
    this.onStored(record);
  }

  /** Calls `reader` after every append to the topic, until the returned function is called. */
  watch(topic: string, reader: () => void): () => void {
    const readers = this.#readers.get(topic) ?? new Set();
    this.#readers.set(topic, readers.add(reader));
    return () => readers.delete(reader);
  }

  records(topic: string): readonly LogRecord[] {
    return this.topic(topic).partitions.flatMap((partition) =>
      partition.slice(partition.low, partition.high, Infinity),
    );
  }

  #partitionOf(record: OutgoingRecord): number {
    if (record.partition !== undefined) return record.partition;
    const count = this.topic(record.topic).partitions.length;
    return record.key === null ? this.#turn++ % count : partitionFor(record.key, count);
  }
}
