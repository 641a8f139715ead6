import { type Kafka, type Producer as KafkajsProducer, type Message, Partitioners } from "kafkajs";
import { TransientError } from "../../../errors.ts";
import type { RequestSender } from "../record-client.ts";
import type { QueuedRecord } from "../send-queue.ts";

/** One producer of kafkajs, without its retries. */
export class KafkajsSender implements RequestSender {
  readonly #client: Kafka;
  #producer: KafkajsProducer | undefined;

  constructor(client: Kafka) {
    this.#client = client;
  }

  async deliver(request: readonly QueuedRecord[]): Promise<void> {
    const messages = new Map<string, Message[]>();
    const wanted = new Set<string>();
    for (const { record, partition } of request) {
      const { topic, key, value, headers } = record;
      const message: Message = { key, value, partition: partition!, ...(headers ? { headers } : {}) };
      const ofTopic = messages.get(topic);
      if (ofTopic) ofTopic.push(message);
      else messages.set(topic, [message]);
      wanted.add(`${topic}/${partition}`);
    }
    const producer = await this.#connect();
    const topicMessages = [...messages].map(([topic, list]) => ({ topic, messages: list }));
    const acknowledged = await producer.sendBatch({ acks: -1, topicMessages });
    for (const { topicName, partition } of acknowledged) wanted.delete(`${topicName}/${partition}`);
    if (wanted.size > 0) {
      throw new TransientError(
        `Cannot take a request as sent: all partitions must answer: missing is ${[...wanted]}`,
      );
    }
  }

  async close(): Promise<void> {
    await this.#producer?.disconnect().catch(() => {});
  }

  async #connect(): Promise<KafkajsProducer> {
    if (this.#producer) return this.#producer;
    const createPartitioner = Partitioners.DefaultPartitioner; // named to keep the client from warning
    this.#producer = this.#client.producer({
      createPartitioner,
      allowAutoTopicCreation: false,
      metadataMaxAge: 60_000,
      retry: { retries: 0 },
    });
    await this.#producer.connect();
    return this.#producer;
  }
}
