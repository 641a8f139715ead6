import type { Clock } from "../../../clock.ts";
import { TransientError } from "../../../errors.ts";
import type { OutgoingRecord } from "../../log.ts";
import type { RequestSender } from "../record-client.ts";
import type { QueuedRecord } from "../send-queue.ts";
import type { Cluster, Leaders } from "./cluster.ts";
import type { Connections } from "./connections.ts";
import { produceTo, type RecordsByPartition } from "./produce.ts";

/** Sends to the leaders of when it was new: after an error comes a new one, that asks again. */
export class PlatformaticSender implements RequestSender {
  readonly #cluster: Cluster;
  readonly #connections: Connections;
  readonly #clock: Clock;
  readonly #leaders = new Map<string, Leaders>();

  constructor(cluster: Cluster, connections: Connections, clock: Clock) {
    this.#cluster = cluster;
    this.#connections = connections;
    this.#clock = clock;
  }

  async deliver(request: readonly QueuedRecord[]): Promise<void> {
    await this.#findLeaders(request);
    const byLeader = new Map<number, Map<string, Map<number, OutgoingRecord[]>>>();
    const wanted = new Set<string>();
    for (const { record, partition } of request) {
      const leader = this.#leaders.get(record.topic)![partition!] ?? -1;
      const ofTopic = within(within(byLeader, leader), record.topic);
      const list = ofTopic.get(partition!);
      if (list !== undefined) {
        list.push(record);
        continue;
      }
      ofTopic.set(partition!, [record]);
      wanted.add(`${record.topic}/${partition}`);
    }
    const answers = await Promise.all([...byLeader].map(([leader, list]) => this.#produce(leader, list)));
    for (const [topic, partition] of answers.flat()) wanted.delete(`${topic}/${partition}`);
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

  async #produce(leader: number, records: RecordsByPartition) {
    return produceTo(await this.#cluster.connection(leader, "produce"), records, this.#clock.now());
  }
}

function within<K, L, V>(maps: Map<K, Map<L, V>>, key: K): Map<L, V> {
  const found = maps.get(key) ?? new Map<L, V>();
  maps.set(key, found);
  return found;
}
