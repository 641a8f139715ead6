import kafkajs, { type Admin, type ITopicConfig, type Kafka } from "kafkajs";
import type { Clock } from "../../clock.ts";
import { AccessRefused, TransientError } from "../../errors.ts";
import type {
  Batch,
  GroupMember,
  Log,
  LogRecord,
  MemberOptions,
  PartitionBounds,
  Producer,
  Right,
  TopicSpec,
  TopicStatus,
} from "../log.ts";
import { rightsText } from "../rights-text.ts";
import { unreadableOf } from "../unreadable.ts";
import type { KafkaClientOptions } from "./kafka-client-options.ts";
import { isRightRefused } from "./kafka-error.ts";
import { KafkaMember } from "./kafka-member.ts";
import { KafkaProducer } from "./kafka-producer.ts";
import { installBoundedCodecs } from "./kafkajs/bounded-codecs.ts";
import { deniedRights } from "./kafkajs/denied-rights.ts";
import { KafkajsAdmin } from "./kafkajs/kafkajs-admin.ts";
import { kafkaClient } from "./kafkajs/kafkajs-client.ts";
import { KafkajsReader } from "./kafkajs/kafkajs-reader.ts";
import { KafkajsRecords } from "./kafkajs/kafkajs-records.ts";
import { OpenSockets } from "./kafkajs/open-sockets.ts";
import { PlatformaticRecords } from "./platformatic/platformatic-records.ts";
import type { OffsetRange, RecordClient } from "./record-client.ts";

/** The libraries that may carry records. */
export type RecordClientName = "kafkajs" | "platformatic";

export interface KafkaLogOptions extends KafkaClientOptions {
  readonly clock: Clock;
  /** What sends and what members read with. Default: kafkajs. */
  readonly client?: RecordClientName;
  /** A compressed batch may open to at most so much; a larger one comes as one unreadable record. Default: 32 MiB. */
  readonly maxBatchBytes?: number;
}

/** How long a number of partitions is believed. */
const metadataAgeMs = 10_000;

/** How long new topics are waited for, and how often asked after. What is not hosted then comes later by itself. */
const hostedMs = 20_000;
const hostedPollMs = 100;

/**
 * The log on Kafka. Producers and members move their records with the client that is chosen; what asks about topics and
 * groups, changes them or reads outside of a group is seldom and does so by kafkajs, whichever that is.
 */
export class KafkaLog implements Log {
  readonly #options: KafkaLogOptions;
  readonly #admin: KafkajsAdmin;
  readonly #records: RecordClient;
  readonly #sockets = new OpenSockets();
  readonly #counts = new Map<string, { readonly count: number; readonly at: number }>();

  constructor(options: KafkaLogOptions) {
    const maxBatchBytes = options.maxBatchBytes ?? 32 * 1024 * 1024;
    installBoundedCodecs(maxBatchBytes);
    this.#options = options;
    this.#admin = new KafkajsAdmin(this.#client());
    const questions = {
      committed: (group: string, topic: string) => this.#committed(group, topic),
      bounds: (topic: string) => this.bounds(topic),
      standingAt: (topic: string, partition: number, position: number, batch: OffsetRange) =>
        this.#standingAt(topic, partition, position, batch),
    };
    this.#records =
      options.client === "platformatic"
        ? new PlatformaticRecords({ ...options, maxBatchBytes }, questions)
        : new KafkajsRecords(options, questions);
  }

  producer(): Producer {
    return new KafkaProducer({
      client: this.#records,
      clock: this.#options.clock,
      log: (line) => this.#options.log?.(line),
      partitions: (topic, fresh) => (fresh ? this.#askPartitions(topic) : this.partitions(topic)),
      denied: (topics) =>
        this.denied(topics.map((name) => ({ operation: "Write", resource: "Topic", name }))),
    });
  }

  member(options: MemberOptions): GroupMember {
    const rights: readonly Right[] = [
      { operation: "Read", resource: "Topic", name: options.topic },
      { operation: "Read", resource: "Group", name: options.group },
    ];
    return new KafkaMember(options, {
      client: this.#records,
      clock: this.#options.clock,
      log: (line) => this.#options.log?.(line),
      committed: () => this.#committed(options.group, options.topic),
      denied: () => this.denied(rights),
    });
  }

  /** At most 10 s old. */
  async partitions(topic: string): Promise<number> {
    const known = this.#counts.get(topic);
    if (known && this.#options.clock.monotonic() - known.at < metadataAgeMs) return known.count;
    return this.#askPartitions(topic);
  }

  async bounds(topic: string): Promise<ReadonlyMap<number, PartitionBounds>> {
    return this.#admin.use("read the bounds", async (admin) => {
      if (!(await this.#existing(admin, [topic])).has(topic)) return new Map();
      const offsets = await admin.fetchTopicOffsets(topic);
      const bounds = offsets.map(({ partition, low, high }): [number, PartitionBounds] => [
        partition,
        { low: Number(low), high: Number(high) },
      ]);
      return new Map(bounds.sort(([a], [b]) => a - b));
    });
  }

  async *read(
    topic: string,
    partition: number,
    from: number,
    to: number,
  ): AsyncGenerator<readonly LogRecord[]> {
    const reader = new KafkajsReader(this.#client());
    try {
      const low = async () => (await this.bounds(topic)).get(partition)?.low ?? 0;
      yield* reader.read(topic, partition, from, to, low);
    } finally {
      await reader.close();
    }
  }

  async createTopics(specs: readonly TopicSpec[]): Promise<readonly string[]> {
    return this.#admin.use("create topics", async (admin) => {
      const existing = new Set(await admin.listTopics());
      const made: string[] = [];
      for (const { topic, partitions, replicationFactor, config } of specs) {
        if (existing.has(topic)) continue;
        const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
        const spec = { topic, numPartitions: partitions, replicationFactor, configEntries };
        if (await this.#create(admin, spec)) made.push(topic);
        this.#counts.delete(topic);
      }
      return made;
    });
  }

  /** A topic that was just made is not hosted at once; a slow broker is waited for longer than the client does. */
  async #create(admin: Admin, spec: ITopicConfig): Promise<boolean> {
    try {
      const made = await admin.createTopics({ topics: [spec] });
      if (made) await this.#untilHosted(admin, spec.topic);
      return made;
    } catch (error) {
      if (isRightRefused(error)) throw creationRefused(spec.topic, error);
      if (!isNotHosted(error)) throw error;
      await this.#untilHosted(admin, spec.topic);
      return true;
    }
  }

  async #untilHosted(admin: Admin, topic: string): Promise<void> {
    const { clock } = this.#options;
    const deadline = clock.monotonic() + hostedMs;
    while (clock.monotonic() < deadline) {
      const metadata = await admin.fetchTopicMetadata({ topics: [topic] }).catch(() => null);
      const partitions = metadata?.topics[0]?.partitions ?? [];
      const led = partitions.length > 0 && partitions.every(({ leader }) => leader >= 0);
      // Named as leaders, brokers may not know it yet, and refuse a part of what is sent: it would be sent again, whole.
      if (led && (await isServed(admin, topic))) return;
      await clock.sleep(hostedPollMs);
    }
  }

  async describe(topics: readonly string[]): Promise<readonly TopicStatus[]> {
    return this.#admin.use("describe topics", async (admin) => {
      const existing = await this.#existing(admin, topics);
      const known = topics.filter((topic) => existing.has(topic));
      if (known.length === 0) return topics.map((topic) => ({ topic, partitions: 0, config: {} }));
      const metadata = await admin.fetchTopicMetadata({ topics: known });
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: known.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })),
      });
      return topics.map((topic) => ({
        topic,
        partitions: metadata.topics.find(({ name }) => name === topic)?.partitions.length ?? 0,
        config: Object.fromEntries(
          (resources.find(({ resourceName }) => resourceName === topic)?.configEntries ?? []).map(
            ({ configName, configValue }) => [configName, configValue],
          ),
        ),
      }));
    });
  }

  async denied(rights: readonly Right[]): Promise<readonly Right[]> {
    // Without its log: it calls the answers errors that are looked for.
    const { log: _, ...silent } = this.#options;
    const sockets = new OpenSockets();
    return deniedRights(kafkaClient(silent, sockets), rights).finally(() => sockets.end());
  }

  async ping(timeoutMs: number): Promise<void> {
    const inTime = new AbortController();
    const late = this.#options.clock.sleep(timeoutMs, inTime.signal).then(() => {
      throw new TransientError(
        `Cannot reach Kafka: it must answer within ${timeoutMs} ms: current value is silence`,
      );
    });
    const answered = this.#admin.use("reach Kafka", (admin) => admin.describeCluster());
    try {
      await Promise.race([answered, late]);
    } finally {
      inTime.abort();
      late.catch(() => {});
      answered.catch(() => {});
    }
  }

  async close(): Promise<void> {
    await this.#admin.close();
    this.#records.close();
    this.#sockets.end();
  }

  async #askPartitions(topic: string): Promise<number> {
    const count = await this.#admin.use("count the partitions", async (admin) => {
      if (!(await this.#existing(admin, [topic])).has(topic)) return 0;
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      return topics[0]?.partitions.length ?? 0;
    });
    if (count > 0) this.#counts.set(topic, { count, at: this.#options.clock.monotonic() });
    else this.#counts.delete(topic);
    return count;
  }

  /** A topic that we are not shown looks like one that is not there: of these it is asked. Throws AccessRefused. */
  async #existing(admin: Admin, topics: readonly string[]): Promise<ReadonlySet<string>> {
    const listed = new Set(await admin.listTopics());
    const absent = topics.filter((topic) => !listed.has(topic));
    const hidden = await this.denied(
      absent.map((name) => ({ operation: "Describe", resource: "Topic", name })),
    );
    if (hidden.length === 0) return listed;
    throw new AccessRefused(
      `Cannot see topics: Kafka must allow ${rightsText(hidden)}: current value is denied`,
    );
  }

  async #committed(group: string, topic: string): Promise<ReadonlyMap<number, number>> {
    return this.#admin.use("read the committed offsets", async (admin) => {
      const [answer] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
      const offsets = (answer?.partitions ?? []).map(({ partition, offset }): [number, number] => [
        partition,
        Number(offset),
      ]);
      return new Map(offsets.filter(([, offset]) => offset >= 0));
    });
  }

  async #standingAt(
    topic: string,
    partition: number,
    position: number,
    { firstOffset, lastOffset }: OffsetRange,
  ): Promise<Batch | undefined> {
    for await (const records of this.read(topic, partition, position, lastOffset + 1)) {
      const unreadable = unreadableOf(records[0]!);
      if (unreadable?.firstOffset !== firstOffset || unreadable.lastOffset !== lastOffset) return undefined;
      const end = (await this.bounds(topic)).get(partition)?.high ?? lastOffset + 1;
      return { partition, records, end, from: position };
    }
    return undefined;
  }

  #client(): Kafka {
    return kafkaClient(this.#options, this.#sockets);
  }
}

/** Asks the leader of each partition. */
function isServed(admin: Admin, topic: string): Promise<boolean> {
  return admin.fetchTopicOffsets(topic).then(
    () => true,
    () => false,
  );
}

/** The client gathers what creation itself was answered; afterwards it only looks for the new topic. */
function creationRefused(topic: string, error: unknown): AccessRefused {
  const operation = error instanceof Error && error.name === "KafkaJSAggregateError" ? "Create" : "Describe";
  const right = rightsText([{ operation, resource: "Topic", name: topic }]);
  return new AccessRefused(`Cannot create topics: Kafka must allow ${right}: current value is denied`, {
    cause: error,
  });
}

function isNotHosted(error: unknown): boolean {
  const { type, cause, errors } = error as {
    readonly type?: string;
    readonly cause?: { readonly type?: string };
    readonly errors?: readonly { readonly type?: string }[];
  };
  // A slow broker goes on creating after its time was over.
  if (errors !== undefined && errors.length > 0)
    return errors.every((each) => each.type === "REQUEST_TIMED_OUT");
  return ["UNKNOWN_TOPIC_OR_PARTITION", "LEADER_NOT_AVAILABLE"].includes(type ?? cause?.type ?? "");
}
