/** The log port of one process over the simulated broker. */
import type {
  Log,
  LogRecord,
  MemberOptions,
  PartitionBounds,
  Right,
  TopicSpec,
  TopicStatus,
} from "../../src/transport/log.ts";
import type { SimBroker } from "./sim-broker.ts";
import { SimMember } from "./sim-member.ts";
import type { SimProcess } from "./sim-process.ts";
import { SimProducer } from "./sim-producer.ts";

export class SimLog implements Log {
  readonly #process: SimProcess;
  readonly #broker: SimBroker;
  readonly #maxRecords: number;

  /** `maxRecords`: of one fetch. */
  constructor(process: SimProcess, broker: SimBroker, maxRecords: number) {
    this.#process = process;
    this.#broker = broker;
    this.#maxRecords = maxRecords;
  }

  producer(): SimProducer {
    return new SimProducer(this.#process, this.#broker);
  }

  member(options: MemberOptions): SimMember {
    return new SimMember(this.#process, this.#broker, options, this.#maxRecords);
  }

  partitions(topic: string): Promise<number> {
    return this.#process.request("log.bounds", () => this.#broker.topic(topic).partitions.length);
  }

  bounds(topic: string): Promise<ReadonlyMap<number, PartitionBounds>> {
    return this.#process.request(
      "log.bounds",
      () =>
        new Map(
          this.#broker.topic(topic).partitions.map(({ low, high }, partition) => [partition, { low, high }]),
        ),
    );
  }

  async *read(
    topic: string,
    partition: number,
    from: number,
    to: number,
  ): AsyncGenerator<readonly LogRecord[]> {
    for (let position = from; position < to; ) {
      const records = await this.#process.request("log.read", () =>
        this.#broker.partition(topic, partition).slice(position, to, 1_000_000),
      );
      const last = records.at(-1);
      if (last === undefined) return;
      yield records;
      position = last.offset + 1;
    }
  }

  async createTopics(specs: readonly TopicSpec[]): Promise<readonly string[]> {
    return specs.filter((spec) => this.#broker.create(spec)).map(({ topic }) => topic);
  }

  async describe(topics: readonly string[]): Promise<readonly TopicStatus[]> {
    return topics.map((topic) => {
      const { partitions, config } = this.#broker.topic(topic);
      return { topic, partitions: partitions.length, config };
    });
  }

  async ping(): Promise<void> {
    await this.#process.request("log.other", () => {});
  }

  async denied(): Promise<readonly Right[]> {
    return [];
  }

  async close(): Promise<void> {}
}
