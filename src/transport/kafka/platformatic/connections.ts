import { isIP } from "node:net";
import { Connection, type ConnectionOptions } from "@platformatic/kafka";
import {
  connectTimeoutMs,
  defaultRequestTimeoutMs,
  type KafkaClientOptions,
} from "../kafka-client-options.ts";

export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

const endedText = "the client that opened it has ended";
const keepAliveMs = 60_000;

/** Connections to brokers, so that none outlives who opened it. */
export class Connections {
  readonly #options: KafkaClientOptions;
  readonly #within: Connections | undefined;
  readonly #open = new Set<Connection>();
  #ended = false;

  /** `within`: ends these, too, when it ends. */
  constructor(options: KafkaClientOptions, within?: Connections) {
    this.#options = options;
    this.#within = within;
  }

  /** Resolves when it is there and logged in. `answerMs`: a request unanswered for so long ends it. Rejects after `end`. */
  async open(address: BrokerAddress, answerMs = this.#options.requestTimeoutMs): Promise<Connection> {
    if (this.isEnded()) throw new Error(endedText);
    const connection = new Connection(this.#options.clientId, this.#settings(address.host, answerMs));
    connection.on("error", () => this.#close(connection)); // who waits for an answer is told by its own means
    connection.once("close", () => this.#close(connection));
    this.#add(connection);
    try {
      await connection.connect(address.host, address.port);
      connection.socket.setKeepAlive(true, keepAliveMs);
      return connection;
    } catch (error) {
      this.#close(connection);
      throw error;
    }
  }

  /** Ends all of them for good; whoever waits for an answer gets an error. */
  end(): void {
    this.#ended = true;
    for (const connection of [...this.#open]) this.#close(connection);
  }

  isEnded(): boolean {
    return this.#ended || this.#within?.isEnded() === true;
  }

  #settings(host: string, answerMs = defaultRequestTimeoutMs): ConnectionOptions {
    const { tls, login } = this.#options;
    const servername = isIP(host) === 0 ? { servername: host } : {};
    return {
      connectTimeout: connectTimeoutMs,
      requestTimeout: answerMs,
      ...(tls === undefined ? {} : { tls: { ...servername, ...tls } }),
      ...(login === undefined ? {} : { sasl: { ...login } }),
    };
  }

  #add(connection: Connection): void {
    this.#open.add(connection);
    if (this.#within !== undefined) this.#within.#add(connection);
  }

  #forget(connection: Connection): void {
    this.#open.delete(connection);
    if (this.#within !== undefined) this.#within.#forget(connection);
  }

  /** Closing alone would wait for what a broker no longer takes, and its timers go on until it is told. */
  #close(connection: Connection): void {
    this.#forget(connection);
    void connection.close().catch(() => {});
    connection.socket?.destroy();
  }
}
