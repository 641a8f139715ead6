import type { Clock } from "../../clock.ts";
import type {
  Log,
  LogRecord,
  MemberOptions,
  PartitionBounds,
  Producer,
  Right,
  TopicSpec,
  TopicStatus,
} from "../log.ts";
import { MemoryBroker } from "./memory-broker.ts";
import { MemoryGroup } from "./memory-group.ts";
import { MemoryMember } from "./memory-member.ts";
import { MemoryProducer } from "./memory-producer.ts";

export interface MemoryLogOptions {
  /** Append times come from it. */
  readonly clock: Clock;
  /** A larger record is refused, as a broker does. Default: Kafka's 1,048,588. */
  readonly maxRecordBytes?: number;
  /** Drops records that all groups of their topic have committed, to run long in little memory. Default: false. */
  readonly forgetCommitted?: boolean;
}

/** Fewer records are not worth moving the others for. */
const forgetAtLeast = 1_000;

/**
 * The log in this process: for `corral demo` and `replay`, for rule tests, and the fake of every other test. It keeps
 * all records until `deleteBefore`, unless told to forget. Below the port are hooks with which tests bring about what goes wrong with a real one.
 */
export class MemoryLog implements Log {
  readonly #broker: MemoryBroker;
  readonly #groups = new Map<string, MemoryGroup>();
  readonly #groupsOf = new Map<string, readonly MemoryGroup[]>();
  readonly #maxRecordBytes: number;
  readonly #forgets: boolean;
  #denies: (right: Right) => boolean = () => false;

  constructor(options: MemoryLogOptions) {
    this.#broker = new MemoryBroker(options.clock);
    this.#maxRecordBytes = options.maxRecordBytes ?? 1_048_588;
    this.#forgets = options.forgetCommitted ?? false;
  }

  producer(): Producer {
    return new MemoryProducer(this.#broker, this.#maxRecordBytes);
  }

  member(options: MemberOptions): MemoryMember {
    return new MemoryMember(this.#broker, this.#group(options.group, options.topic), options);
  }

  async partitions(topic: string): Promise<number> {
    this.#broker.demand("count the partitions");
    return this.#broker.partitions(topic).length;
  }

  async bounds(topic: string): Promise<ReadonlyMap<number, PartitionBounds>> {
    this.#broker.demand("read the bounds");
    return new Map([...this.#broker.partitions(topic)].map(({ low, high }, index) => [index, { low, high }]));
  }

  async *read(
    topic: string,
    partition: number,
    from: number,
    to: number,
  ): AsyncGenerator<readonly LogRecord[]> {
    for (let position = from; position < to; ) {
      this.#broker.demand("read");
      const records = this.#broker.partition(topic, partition).slice(position, to, 1_000_000);
      const last = records.at(-1);
      if (!last) return;
      yield records;
      position = last.offset + 1;
    }
  }

  async createTopics(specs: readonly TopicSpec[]): Promise<readonly string[]> {
    this.#broker.demand("create topics");
    return specs.filter((spec) => this.#broker.create(spec)).map((spec) => spec.topic);
  }

  async describe(topics: readonly string[]): Promise<readonly TopicStatus[]> {
    this.#broker.demand("describe topics");
    return topics.map((topic) => ({
      topic,
      partitions: this.#broker.partitions(topic).length,
      config: this.#broker.config(topic),
    }));
  }

  async denied(rights: readonly Right[]): Promise<readonly Right[]> {
    this.#broker.demand("ask what is allowed");
    return rights.filter((right) => this.#denies(right));
  }

  async ping(_timeoutMs: number): Promise<void> {
    this.#broker.demand("reach the log");
  }

  async close(): Promise<void> {}

  /** Test hook: the front of a partition falls to retention. */
  deleteBefore(topic: string, partition: number, offset: number): void {
    this.#broker.partition(topic, partition).deleteBefore(offset);
  }

  /** Test hook: leaves a hole of `count` offsets, as transaction markers and compaction do. */
  skipOffsets(topic: string, partition: number, count: number): void {
    this.#broker.partition(topic, partition).skip(count);
  }

  /** Test hook: the topic is deleted and made anew; offsets start at 0. */
  recreate(topic: string): void {
    for (const partition of this.#broker.partitions(topic)) partition.recreate();
    this.#broker.changed();
  }

  /** Test hook: sends are neither stored nor acknowledged until the result is called. */
  holdSends(): () => void {
    this.#broker.held = true;
    return () => {
      this.#broker.held = false;
      this.#broker.changed();
    };
  }

  /** Test hook: from now on these rights are said to be denied. */
  deny(denies: (right: Right) => boolean): void {
    this.#denies = denies;
  }

  /** Test hook: nothing answers until the result is called. */
  goAway(): () => void {
    this.#broker.away = true;
    return () => {
      this.#broker.away = false;
      this.#broker.changed();
    };
  }

  /** Test hook: the next `send` is stored twice, as after a reply that was cut off. */
  doubleNextSend(): void {
    this.#broker.doubleNext = true;
  }

  /** Test hook: the group refuses commits until the result is called. */
  refuseCommits(group: string, topic: string): () => void {
    this.#group(group, topic).refusing = true;
    return () => {
      this.#group(group, topic).refusing = false;
    };
  }

  #group(name: string, topic: string): MemoryGroup {
    const key = JSON.stringify([name, topic]);
    const known = this.#groups.get(key);
    if (known) return known;
    const group = new MemoryGroup(this.#broker);
    this.#groups.set(key, group);
    const ofTopic = this.#groupsOf.get(topic) ?? [];
    this.#groupsOf.set(topic, [...ofTopic, group]);
    if (this.#forgets) group.onCommitted = () => this.#forget(topic);
    return group;
  }

  #forget(topic: string): void {
    const groups = this.#groupsOf.get(topic) ?? [];
    for (const [index, partition] of this.#broker.partitions(topic).entries()) {
      const offset = Math.min(...groups.map(({ committed }) => committed.get(index) ?? 0));
      if (offset - partition.low >= forgetAtLeast) partition.deleteBefore(offset);
    }
  }
}
