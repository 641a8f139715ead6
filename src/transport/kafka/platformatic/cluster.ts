import { type Connection, findCoordinatorV3, metadataV9 } from "@platformatic/kafka";
import { answerOfCode, ask, responseIn } from "./ask.ts";
import type { BrokerAddress, Connections } from "./connections.ts";

/** Leaders (ids of nodes, -1: none now) by partition. */
export type Leaders = readonly number[];

/**
 * Which broker is in charge of what, and connections to them. Requests with different purposes have connections of their
 * own: a broker answers those of one connection in their order, and some answers take long.
 */
export class Cluster {
  readonly #bootstrap: readonly BrokerAddress[];
  readonly #connections: Connections;
  readonly #nodes = new Map<number, BrokerAddress>();
  readonly #open = new Map<string, Promise<Connection>>();
  #answering: BrokerAddress | undefined;

  constructor(brokers: readonly string[], connections: Connections) {
    this.#bootstrap = brokers.map(addressOf);
    this.#connections = connections;
  }

  /** Asks for the leaders of all partitions. Rejects with BrokerAnswer where there is no such topic. */
  async leaders(topic: string): Promise<Leaders> {
    const found = (await this.#topics(topic)).find(({ name }) => name === topic);
    const code = found === undefined ? unknownTopic : found.errorCode;
    if (found === undefined || code !== 0) throw answerOfCode(code);
    const leaders: number[] = [];
    for (const { partitionIndex, leaderId } of found.partitions) leaders[partitionIndex] = leaderId;
    return leaders;
  }

  /** Asks for the node that coordinates the group. */
  async coordinator(group: string): Promise<number> {
    const { coordinators } = await ask(findCoordinatorV3.api, await this.#any(), groupKey, [group]);
    const { nodeId, host, port } = coordinators[0]!;
    this.#nodes.set(nodeId, { host, port });
    return nodeId;
  }

  /** The connection to a node for a purpose, opened anew where it has gone. */
  connection(node: number, purpose: string, answerMs?: number): Promise<Connection> {
    const address = this.#nodes.get(node);
    if (address === undefined) return Promise.reject(new Error(`broker ${node} is not known`));
    return this.#connect(`${purpose} ${node}`, address, answerMs);
  }

  /** An error of one topic or partition comes with the answer for all. */
  async #topics(topic: string): Promise<readonly metadataV9.MetadataResponseTopic[]> {
    const answer = await ask(metadataV9.api, await this.#any(), [topic], false, false, false).catch(
      (error: unknown) => {
        const { brokers, topics } = responseIn<metadataV9.MetadataResponse>(error) ?? {};
        if (brokers === undefined || topics === undefined) throw error;
        return { brokers, topics };
      },
    );
    for (const { nodeId, host, port } of answer.brokers) this.#nodes.set(nodeId, { host, port });
    return answer.topics;
  }

  /** To whichever broker answers: the one that did so last, those to start from, those known by now. */
  async #any(): Promise<Connection> {
    const last = this.#answering === undefined ? [] : [this.#answering];
    let failure: unknown;
    for (const address of [...last, ...this.#bootstrap, ...this.#nodes.values()]) {
      try {
        const connection = await this.#connect(`questions ${address.host}:${address.port}`, address);
        this.#answering = address;
        return connection;
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  #connect(name: string, address: BrokerAddress, answerMs?: number): Promise<Connection> {
    const known = this.#open.get(name);
    if (known !== undefined) return known;
    const opening = this.#connections.open(address, answerMs);
    const forget = () => {
      if (this.#open.get(name) === opening) this.#open.delete(name);
    };
    this.#open.set(name, opening);
    opening.then((connection) => {
      connection.once("close", forget);
      connection.once("error", forget);
      connection.once("closing", forget);
    }, forget);
    return opening;
  }
}

const unknownTopic = 3;
const groupKey = 0;

/** `host:port`, the host in brackets where it is an IPv6 address. */
function addressOf(broker: string): BrokerAddress {
  const colon = broker.lastIndexOf(":");
  return { host: broker.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(broker.slice(colon + 1)) };
}
