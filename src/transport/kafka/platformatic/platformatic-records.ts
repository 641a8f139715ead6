import type { Clock } from "../../../clock.ts";
import type { MemberHandlers, MemberOptions } from "../../log.ts";
import type { KafkaClientOptions, KafkaLogLine } from "../kafka-client-options.ts";
import { type OpenBatch, openersWithin } from "../open-batch.ts";
import type { GroupSession, LogQuestions, RecordClient, RequestSender } from "../record-client.ts";
import { Cluster } from "./cluster.ts";
import { Connections } from "./connections.ts";
import { PlatformaticSender } from "./platformatic-sender.ts";
import { PlatformaticSession } from "./platformatic-session.ts";

export interface PlatformaticRecordsOptions extends KafkaClientOptions {
  readonly clock: Clock;
  /** A compressed batch may open to at most so much. */
  readonly maxBatchBytes: number;
}

/** Records by @platformatic/kafka: about a third of kafkajs's work for each. Needs Kafka 2.7 or later. */
export class PlatformaticRecords implements RecordClient {
  readonly #options: PlatformaticRecordsOptions;
  readonly #questions: LogQuestions;
  readonly #openers: ReadonlyMap<number, OpenBatch>;
  readonly #connections: Connections;

  constructor(options: PlatformaticRecordsOptions, questions: LogQuestions) {
    this.#options = options;
    this.#questions = questions;
    this.#openers = openersWithin(options.maxBatchBytes);
    this.#connections = new Connections(options);
  }

  sender(): RequestSender {
    const { cluster, connections } = this.#own();
    return new PlatformaticSender(cluster, connections, this.#options.clock);
  }

  session(options: MemberOptions, handlers: MemberHandlers, paused: ReadonlySet<number>): GroupSession {
    const surroundings = {
      ...this.#own(),
      clock: this.#options.clock,
      log: (line: KafkaLogLine) => this.#options.log?.(line),
      openers: this.#openers,
      questions: this.#questions,
    };
    return new PlatformaticSession(surroundings, options, handlers, paused);
  }

  close(): void {
    this.#connections.end();
  }

  #own(): { readonly cluster: Cluster; readonly connections: Connections } {
    const connections = new Connections(this.#options, this.#connections);
    return { cluster: new Cluster(this.#options.brokers, connections), connections };
  }
}
