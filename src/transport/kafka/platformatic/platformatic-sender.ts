import { type MessageRecord, produceV9 } from "@platformatic/kafka";
import { TransientError } from "../../../errors.ts";
import type { OutgoingRecord } from "../../log.ts";
import type { RequestSender } from "../record-client.ts";
import type { QueuedRecord } from "../send-queue.ts";
import { ask } from "./ask.ts";
import type { Cluster, Leaders } from "./cluster.ts";
import type { Connections } from "./connections.ts";

const allInSync = -1;
/** How long a broker may wait for its followers. */
const replicationMs = 30_000;

/** Sends to the leaders of when it was new: after an error comes a new one, that asks again. */
export class PlatformaticSender implements RequestSender {
  readonly #cluster: Cluster;
  readonly #connections: Connections;
  readonly #leaders = new Map<string, Leaders>();

  constructor(cluster: Cluster, connections: Connections) {
    this.#cluster = cluster;
    this.#connections = connections;
  }

  async deliver(request: readonly QueuedRecord[]): Promise<void> {
    await this.#findLeaders(request);
    const messages = new Map<number, MessageRecord[]>();
    const wanted = new Set<string>();
    for (const { record, partition } of request) {
      const leader = this.#leaders.get(record.topic)![partition!] ?? -1;
      const ofLeader = messages.get(leader);
      if (ofLeader) ofLeader.push(messageOf(record, partition!));
      else messages.set(leader, [messageOf(record, partition!)]);
      wanted.add(`${record.topic}/${partition}`);
    }
    const answers = await Promise.all([...messages].map(([leader, list]) => this.#produce(leader, list)));
    for (const { name, partitionResponses } of answers.flatMap(({ responses }) => responses)) {
      for (const { index } of partitionResponses) wanted.delete(`${name}/${index}`);
    }
    if (wanted.size > 0) {
      throw new TransientError(
        `Cannot take a request as sent: all partitions must answer: missing is ${[...wanted]}`,
      );
    }
  }

  async close(): Promise<void> {
    this.#connections.end();
  }

  async #findLeaders(request: readonly QueuedRecord[]): Promise<void> {
    for (const { record } of request) {
      if (this.#leaders.has(record.topic)) continue;
      this.#leaders.set(record.topic, await this.#cluster.leaders(record.topic));
    }
  }

  async #produce(leader: number, messages: MessageRecord[]): Promise<produceV9.ProduceResponse> {
    const connection = await this.#cluster.connection(leader, "produce");
    const options = { compression: "none" } as const;
    const answer = await ask(produceV9.api, connection, allInSync, replicationMs, messages, options);
    return answer as produceV9.ProduceResponse; // there is one unless none was asked for
  }
}

function messageOf({ topic, key, value, headers }: OutgoingRecord, partition: number): MessageRecord {
  return {
    topic,
    partition,
    // The library takes none for no value; its types do not say so.
    value: value as Buffer,
    ...(key === null ? {} : { key: typeof key === "string" ? Buffer.from(key) : key }),
    ...(headers === undefined ? {} : { headers: bytesOf(headers) }),
  };
}

function bytesOf(headers: Readonly<Record<string, string>>): Map<Buffer, Buffer> {
  return new Map(Object.entries(headers).map(([name, text]) => [Buffer.from(name), Buffer.from(text)]));
}
