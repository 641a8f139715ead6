import { SchemaRegistry } from "@kafkajs/confluent-schema-registry";
import kafkajs, { type IHeaders, Kafka, logLevel, Partitioners } from "kafkajs";
import type { Action } from "../../../src/actions/action.ts";
import type { Alert } from "../../../src/alerts/alert.ts";
import { scope } from "../../services/scope.ts";
import { CorralProcess } from "./corral-process.ts";

export interface InstallationOptions {
  readonly kafka: string;
  readonly redis: string;
  /** The Confluent API of a registry; absent: JSON. */
  readonly registry?: string;
  readonly partitions?: number;
  readonly settings?: Readonly<Record<string, string>>;
}

export interface RawRecord {
  readonly value: Buffer | string;
  readonly key?: string;
  readonly partition?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ReadRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** The client that whoever runs the tests asks for: all that starts processes can be run for each. */
const client = process.env.CORRAL_KAFKA_CLIENT;

/** Sessions end soon, so that a killed replica's partitions move soon. */
const impatient = {
  CORRAL_SESSION_TIMEOUT: "3s",
  CORRAL_HEARTBEAT_INTERVAL: "300ms",
  CORRAL_COMMIT_INTERVAL: "300ms",
};

/**
 * Corral under a prefix of its own on shared services: its topics, its processes, and a Kafka client that knows nothing
 * of the product, as users' producers and consumers do.
 */
export class Installation {
  readonly prefix = scope();
  readonly #options: InstallationOptions;
  readonly #kafka: Kafka;
  readonly #registry: SchemaRegistry | null;
  readonly #processes: CorralProcess[] = [];

  constructor(options: InstallationOptions) {
    this.#options = options;
    this.#kafka = new Kafka({
      brokers: [options.kafka],
      logLevel: logLevel.NOTHING,
      retry: { initialRetryTime: 50 },
    });
    this.#registry = options.registry === undefined ? null : new SchemaRegistry({ host: options.registry });
  }

  topic(name: string): string {
    return `${this.prefix}${name}`;
  }

  get environment(): Readonly<Record<string, string>> {
    const { kafka, redis, registry, settings } = this.#options;
    return {
      CORRAL_KAFKA_BROKERS: kafka,
      CORRAL_REDIS_URL: redis,
      CORRAL_PREFIX: this.prefix,
      ...(registry === undefined ? {} : { CORRAL_REGISTRY_URL: registry }),
      ...(client === undefined ? {} : { CORRAL_KAFKA_CLIENT: client }),
      ...impatient,
      ...settings,
    };
  }

  async createTopics(): Promise<void> {
    const partitions = String(this.#options.partitions ?? 6);
    const create = this.command("topics", "create", "--partitions", partitions);
    if ((await create.exited()) !== 0) throw new Error(`topics create failed:\n${create.lines.join("\n")}`);
  }

  command(...words: readonly string[]): CorralProcess {
    const started = new CorralProcess(words, this.environment);
    this.#processes.push(started);
    return started;
  }

  /** Starts `corral run` and waits until it is ready. */
  async run(role: string, settings: Readonly<Record<string, string>> = {}): Promise<CorralProcess> {
    const started = this.start(role, settings);
    await started.ready();
    return started;
  }

  start(role: string, settings: Readonly<Record<string, string>> = {}): CorralProcess {
    const started = new CorralProcess(["run", "--role", role], { ...this.environment, ...settings });
    this.#processes.push(started);
    return started;
  }

  /** Writes to the raw topic, or another, as a producer of users would. */
  async produce(records: readonly RawRecord[], topic = "events.raw"): Promise<void> {
    const producer = this.#kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    const messages = records.map(({ value, key, partition, headers = {} }) => ({
      headers: { ...headers },
      value: typeof value === "string" ? Buffer.from(value) : value,
      ...(key === undefined ? {} : { key }),
      ...(partition === undefined ? {} : { partition }),
    }));
    for (let start = 0; start < messages.length; start += 2_000) {
      await producer.send({
        topic: this.topic(topic),
        messages: messages.slice(start, start + 2_000),
        acks: -1,
      });
    }
    await producer.disconnect();
  }

  /** From now on the broker keeps what comes to the topic compressed so, whatever producers send. */
  async compress(name: string, codec: "gzip" | "snappy" | "lz4" | "zstd"): Promise<void> {
    const admin = this.#kafka.admin();
    await admin.connect();
    await admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: kafkajs.ConfigResourceTypes.TOPIC,
          name: this.topic(name),
          configEntries: [
            { name: "message.timestamp.type", value: "LogAppendTime" },
            { name: "compression.type", value: codec },
          ],
        },
      ],
    });
    await admin.disconnect();
  }

  /** Everything that is in a topic now, by partition and offset. */
  async read(name: string): Promise<readonly ReadRecord[]> {
    const topic = this.topic(name);
    const admin = this.#kafka.admin();
    await admin.connect();
    const ends = await admin.fetchTopicOffsets(topic);
    await admin.disconnect();
    const wanted = new Map(ends.map(({ partition, high }) => [partition, Number(high)]));
    const records: ReadRecord[] = [];
    const open = new Set([...wanted].filter(([, end]) => end > 0).map(([partition]) => partition));
    if (open.size === 0) return records;
    const consumer = this.#kafka.consumer({
      groupId: `${this.prefix}reader-${Math.random()}`,
      maxWaitTimeInMs: 50,
    });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer.on("consumer.crash", ({ payload }) => reject(payload.error));
      consumer
        .run({
          autoCommit: false,
          eachBatch: async ({ batch }) => {
            for (const { offset, key, value, headers } of batch.messages) {
              const at = Number(offset);
              if (at < wanted.get(batch.partition)!) {
                const text = key === null ? null : key.toString();
                records.push({
                  partition: batch.partition,
                  offset: at,
                  key: text,
                  value,
                  headers: headerTexts(headers),
                });
              }
              if (at + 1 >= wanted.get(batch.partition)!) open.delete(batch.partition);
            }
            if (open.size === 0) resolve();
          },
        })
        .catch(reject);
    });
    await consumer.disconnect();
    return records.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
  }

  /** All alert records, in order, decoded as a consumer would: by the registry client, or as JSON. */
  async alerts(): Promise<readonly Alert[]> {
    return this.#decoded<Alert>("alerts");
  }

  async actions(): Promise<readonly Action[]> {
    return this.#decoded<Action>("actions");
  }

  /** Polls until the condition holds, and returns what it held for. */
  async until<T>(
    get: () => Promise<T>,
    holds: (value: T) => boolean,
    what: string,
    timeoutMs = 60_000,
  ): Promise<T> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const value = await get();
      if (holds(value)) return value;
      if (performance.now() > deadline) {
        const logs = this.#processes.map(({ pid, lines }) => `--- ${pid}\n${lines.slice(-15).join("\n")}`);
        throw new Error(
          `Waited in vain for ${what}; last seen ${Array.isArray(value) ? value.length : JSON.stringify(value)}\n${logs.join("\n")}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  /** Resolves when all that is in the raw topic has been enriched, and all that came of it judged. */
  async drained(timeoutMs = 90_000): Promise<void> {
    const raw = await this.ends("events.raw");
    const enriched = await this.until(
      async () =>
        (await this.#reached("corral-enrich", "events.raw", raw)) ? this.ends("events.enriched") : null,
      (ends) => ends !== null,
      "everything to be enriched",
      timeoutMs,
    );
    await this.until(
      () => this.#reached("corral-correlate", "events.enriched", enriched!),
      (reached) => reached,
      "everything to be judged",
      timeoutMs,
    );
  }

  /** Next offset of each partition. */
  async ends(topic: string): Promise<ReadonlyMap<number, number>> {
    const admin = this.#kafka.admin();
    await admin.connect();
    const offsets = await admin.fetchTopicOffsets(this.topic(topic));
    await admin.disconnect();
    return new Map(offsets.map(({ partition, high }) => [partition, Number(high)]));
  }

  async #reached(
    group: "corral-enrich" | "corral-correlate",
    topic: string,
    ends: ReadonlyMap<number, number>,
  ): Promise<boolean> {
    const committed = await this.committed(group, topic);
    return [...ends].every(([partition, end]) => Math.max(committed.get(partition) ?? 0, 0) >= end);
  }

  /** Registers nothing: the schema that Corral offers to producers, as one would look it up. */
  async encodeAvro(subject: string, value: object): Promise<Buffer> {
    const registry = this.#registry!;
    const id = await registry.getLatestSchemaId(`${this.topic(subject)}-value`);
    return registry.encode(id, value);
  }

  /** Offsets that the group has committed, by partition. */
  async committed(
    group: "corral-enrich" | "corral-correlate",
    topic: string,
  ): Promise<ReadonlyMap<number, number>> {
    const admin = this.#kafka.admin();
    await admin.connect();
    const [offsets] = await admin.fetchOffsets({ groupId: this.topic(group), topics: [this.topic(topic)] });
    await admin.disconnect();
    return new Map(offsets!.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
  }

  async close(): Promise<void> {
    await Promise.all(this.#processes.map((each) => each.kill()));
  }

  async #decoded<T>(name: string): Promise<readonly T[]> {
    const records = await this.read(name);
    return Promise.all(records.map(({ value }) => this.decode<T>(value!)));
  }

  /** As a consumer would: by the registry client, or as JSON. */
  async decode<T>(value: Buffer): Promise<T> {
    return (this.#registry === null ? JSON.parse(value.toString()) : await this.#registry.decode(value)) as T;
  }
}

/** Per alert its last record, merged ones left out, in order of opening, rule and group. */
export function finalAlerts(records: readonly Alert[]): readonly Alert[] {
  const last = new Map<string, Alert>();
  for (const record of records) {
    const known = last.get(record.id);
    if (known === undefined || known.revision < record.revision) last.set(record.id, record);
  }
  return [...last.values()]
    .filter(({ merged_into }) => merged_into === null)
    .sort(
      (a, b) =>
        a.opened_at - b.opened_at || compare(a.rule.id, b.rule.id) || compare(groupText(a), groupText(b)),
    );
}

/** What the promise is about: rule, group and opening. */
export function alertKey(alert: Alert): string {
  return `${alert.rule.id} ${groupText(alert)} ${alert.opened_at}`;
}

/** Two records of one (id, revision) whose contents differ. */
export function differingDuplicates(records: readonly Alert[]): readonly string[] {
  const first = new Map<string, string>();
  const differing: string[] = [];
  for (const record of records) {
    const key = `${record.id}/${record.revision}`;
    const content = JSON.stringify(record);
    const known = first.get(key);
    if (known === undefined) first.set(key, content);
    else if (known !== content) differing.push(`${key}\n${known}\n${content}`);
  }
  return differing;
}

function groupText({ group }: Alert): string {
  return Object.entries(group)
    .map(([key, value]) => `${key}=${value}`)
    .join("&");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function headerTexts(headers: IHeaders | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers ?? {}).map(([key, value]) => [key, String(value)]));
}
