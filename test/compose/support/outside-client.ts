/** A producer and a consumer on the host that know nothing of the product but its topics and its registry. */
import { SchemaRegistry } from "@kafkajs/confluent-schema-registry";
import { Kafka, logLevel, Partitioners } from "kafkajs";
import type { Alert } from "../../../src/alerts/alert.ts";
import { confluentApi } from "../../services/registry.ts";

export class OutsideClient {
  readonly #kafka: Kafka;
  readonly #registry: SchemaRegistry;

  constructor({ kafka, registry }: { readonly kafka: string; readonly registry: string }) {
    this.#kafka = new Kafka({ brokers: [kafka], logLevel: logLevel.NOTHING });
    this.#registry = new SchemaRegistry({ host: confluentApi(registry) });
  }

  /** Native JSON without keys, so that the raw partitions are mixed. */
  async produce(topic: string, events: readonly object[]): Promise<void> {
    const producer = this.#kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    await producer.send({ topic, messages: events.map((event) => ({ value: JSON.stringify(event) })) });
    await producer.disconnect();
  }

  /** The first alert, from the topic's beginning, whose group is this container; decoded by the registry's client. */
  async alertAbout(container: string, timeoutMs: number): Promise<Alert> {
    const groupId = `outside-${container}-${Date.now()}`;
    const consumer = this.#kafka.consumer({ groupId, maxWaitTimeInMs: 200 });
    await consumer.connect();
    await consumer.subscribe({ topic: "alerts", fromBeginning: true });
    const { promise, resolve, reject } = Promise.withResolvers<Alert>();
    const timer = setTimeout(() => reject(new Error(`no alert about ${container} came`)), timeoutMs);
    try {
      await consumer.run({
        eachMessage: async ({ message }) => {
          try {
            const alert = (await this.#registry.decode(message.value!)) as Alert;
            if (alert.group.container === container) resolve(alert);
          } catch (error) {
            reject(error);
          }
        },
      });
      return await promise;
    } finally {
      clearTimeout(timer);
      await consumer.disconnect();
    }
  }
}
