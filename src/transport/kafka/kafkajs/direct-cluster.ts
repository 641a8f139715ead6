import type { Cluster, Consumer, Kafka } from "kafkajs";

/**
 * The client's connections without a group: the client has no calls for what a reader outside of groups needs, nor for
 * asking what we are allowed, but it hands its connections to whoever assigns partitions.
 */
export class DirectCluster {
  readonly #consumer: Consumer;
  #cluster: Cluster | undefined;

  constructor(client: Kafka) {
    this.#consumer = client.consumer({
      groupId: "unused",
      allowAutoTopicCreation: false,
      partitionAssigners: [
        ({ cluster }) => {
          this.#cluster = cluster;
          return { name: "unused", version: 0, assign: async () => [], protocol: () => unusedProtocol };
        },
      ],
    });
  }

  /** Rejects with the client's error. */
  async connected(): Promise<Cluster> {
    const cluster = this.#cluster!;
    if (!cluster.isConnected()) await cluster.connect();
    return cluster;
  }

  async close(): Promise<void> {
    await this.#consumer.disconnect().catch(() => {});
  }
}

const unusedProtocol = { name: "unused", metadata: Buffer.alloc(0) };
